import { describe, expect, test } from 'vitest';
import { createLogger } from '@/lib/telemetry/logger';
import { redactSecrets } from '@/lib/telemetry/redact';

function listen(secrets: string[] = []) {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', secrets, destination: { write: line => void lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('createLogger', () => {
  test('a line is JSON with a time, a level word, the process name and the message', () => {
    const { log, last } = listen();
    log.info({ port: 7777 }, 'listening');
    expect(last()).toMatchObject({ level: 'info', name: 'test', port: 7777, msg: 'listening', pid: process.pid });
    expect(Date.parse(String(last()['time']))).not.toBeNaN();
  });

  test('headers that carry credentials are blanked, also two levels down', () => {
    const { log, lines } = listen();
    log.info({ req: { headers: { authorization: 'Basic Zm9v', cookie: 'sid=opensesame' } } }, 'request');
    expect(lines.join('')).not.toMatch(/Zm9v|opensesame/);
  });

  test('tokens, dispatch keys and connection passwords are blanked wherever they stand', () => {
    const { log, lines } = listen();
    const error = new Error('refused swb_admin_ab12_s3cr3tpart for dk_abcdefgh12345678');
    log.error({ err: error, deep: { list: ['mongodb://me:hunter2@db:27017/x'] } }, 'Bearer swb_agent_zz_othersecret');
    const text = lines.join('');
    expect(text).not.toMatch(/s3cr3tpart|abcdefgh12345678|hunter2|othersecret/);
    expect(text).toContain('swb_admin_ab12_[redacted]');
    expect(() => JSON.parse(text)).not.toThrow();
  });

  test('a secret of no known form is blanked by its value', () => {
    const { log, lines } = listen(['correct horse battery staple']);
    log.warn({ got: 'correct horse battery staple' }, 'hm');
    expect(lines.join('')).not.toContain('battery');
  });

  test('also where it is quoted in the line, or escaped in a URL', () => {
    const secret = 'say"friend"\\and/enter+at=dusk';
    const { log, lines } = listen([secret]);
    log.warn({ got: secret, url: `/api/threads?q=${encodeURIComponent(secret)}` }, `refused ${secret}`);
    expect(lines.join('')).not.toMatch(/friend|enter/);
    expect(() => JSON.parse(lines.join(''))).not.toThrow();
  });
});

describe('redactSecrets', () => {
  test('text without secrets is left as it is', () => {
    const text = 'GET /api/events?types=a http://127.0.0.1:7777/ swb_ dk_ user@example.com';
    expect(redactSecrets(text)).toBe(text);
  });

  test('a sign-in link loses its code', () => {
    expect(redactSecrets('http://127.0.0.1:7777/login#abcDEF123')).toBe('http://127.0.0.1:7777/login#[redacted]');
  });
});
