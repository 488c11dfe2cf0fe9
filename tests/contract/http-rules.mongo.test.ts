import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsHandler } from '@/lib/server/events-handler';
import { guardPages } from '@/lib/server/pages';
import { createSignInCode } from '@/lib/services/identity/create-sign-in-code';
import type { Hub } from '@/lib/stream/hub';
import { startApiServer, type ApiServer } from '../support/api-server';

let api: ApiServer;
let cookie: string;
beforeAll(async () => {
  api = await startApiServer();
  const code = await createSignInCode(api.plane.collections, Date.now());
  const answer = await api.call('POST', '/api/auth/session', { token: null, body: { code } });
  cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
});
afterAll(() => api.stop());

/** fetch chooses Host and forbids some headers; a raw request says what an attacker's would. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string | string[]>,
  { body = '', port = api.port }: { body?: string; port?: number } = {},
): Promise<{ status: number; body: { code: string } }> {
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, method, path, headers, setHost: !('host' in headers) }, res => {
      let text = '';
      res.on('data', chunk => (text += chunk));
      res.on('end', () => resolve({ status: res.statusCode!, body: JSON.parse(text) }));
    });
    req.on('error', reject);
    req.end(body);
  });
}
const auth = () => ({ authorization: `Bearer ${api.plane.adminToken}` });
const message = { body: 'hello', assignedTo: null };

describe('where a request went', () => {
  test.each(['evil.test', 'evil.test:80', 'localhost:1', '127.0.0.1'])(
    'Host %s: 403 on every path, whatever the credential',
    async host => {
      for (const path of ['/api/threads', '/api/openapi.json', '/api/nowhere', '/api/auth/me']) {
        const answer = await raw('GET', path, { ...auth(), host });
        expect([answer.status, answer.body.code], path).toEqual([403, 'host-not-allowed']);
      }
    },
  );

  test('loopback names on our port are ours', async () => {
    for (const host of [`localhost:${api.port}`, `127.0.0.1:${api.port}`, `[::1]:${api.port}`]) {
      expect((await raw('GET', '/api/auth/me', { ...auth(), host })).status, host).toBe(200);
    }
  });
});

const write = (headers: Record<string, string>) =>
  api.call('POST', '/api/messages', { cookie, body: message, headers });

describe('writes a browser authorises by itself', () => {
  test.each<Record<string, string>>([
    { origin: 'http://evil.test' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('from %o: 403', async headers => {
    const before = await api.plane.collections.messages.countDocuments();
    const answer = await write(headers);
    expect([answer.status, answer.body.code]).toEqual([403, 'origin-not-allowed']);
    expect((await api.call('DELETE', '/api/auth/session', { cookie, headers })).status).toBe(403);
    expect(await api.plane.collections.messages.countDocuments()).toBe(before);
  });

  test('from our own page: done', async () => {
    expect((await write({ origin: api.url, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  test('reads pass, for no other site can see them', async () => {
    expect((await api.call('GET', '/api/threads', { cookie, headers: { origin: 'http://evil.test' } })).status).toBe(
      200,
    );
  });

  test('a bearer token is sent by nobody unasked, so its origin is not asked for', async () => {
    expect(
      (await api.call('POST', '/api/messages', { body: message, headers: { origin: 'http://evil.test' } })).status,
    ).toBe(201);
  });

  test('another site signs nobody in', async () => {
    const body = { token: api.plane.adminToken };
    expect(
      (await api.call('POST', '/api/auth/session', { token: null, body, headers: { origin: 'http://evil.test' } }))
        .status,
    ).toBe(403);
  });
});

describe('credentials', () => {
  test('two in one request: 400, on open routes too', async () => {
    const headers = { ...auth(), cookie };
    expect((await raw('GET', '/api/auth/me', headers)).body.code).toBe('malformed-request');
    expect((await raw('GET', '/api/openapi.json', headers)).status).toBe(400);
    const twice = { authorization: [`Bearer ${api.plane.adminToken}`, 'Bearer other'] };
    expect((await raw('GET', '/api/auth/me', twice)).status).toBe(400);
    expect((await raw('GET', '/api/auth/me', { cookie: `${cookie}; ${cookie}` })).status).toBe(400);
  });

  test('in the URL: 400, and never in the log', async () => {
    const token = await api.tokenFor('viewer');
    for (const path of [
      `/api/threads?token=${token}`,
      `/api/threads/${token}`,
      `/api/threads?q=${token}`,
      '/api/auth/me?code=abc',
      `/nowhere/${token}`,
    ]) {
      const answer = await api.call('GET', path);
      expect([answer.status, answer.body.code], path).toEqual([400, 'credential-in-url']);
      expect(answer.text).not.toContain(token);
    }
    expect(api.logged()).not.toContain(token);
  });

  test('the first admin’s own, of whatever form, is refused in a URL by every door, and never in the log', async () => {
    const { adminToken } = api.plane;
    const pages = guardPages(api.door, async (_req, res) => void res.writeHead(200).end('{}'));
    const others = [pages, eventsHandler(api.door, {} as Hub)].map(door =>
      createServer((req, res) => void door(req, res)),
    );
    for (const server of others) await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const ports = [api.port, ...others.map(server => (server.address() as AddressInfo).port)];
    const headers = { ...auth(), host: `127.0.0.1:${api.port}` };
    for (const port of ports) {
      for (const path of [
        `/api/events?after=${adminToken}`,
        `/nowhere/${adminToken}`,
        `/api/threads?q=x${adminToken}`,
      ]) {
        const answer = await raw('GET', path, headers, { port });
        expect([answer.status, answer.body.code], path).toEqual([400, 'credential-in-url']);
        expect(JSON.stringify(answer.body)).not.toContain(adminToken);
      }
    }
    expect((await raw('GET', '/elsewhere', headers, { port: ports.at(-1)! })).status).toBe(404);
    expect(api.logged()).not.toContain(adminToken);
    for (const server of others) server.close();
  });
});

describe('the answer', () => {
  test('every GET carries a position, a request id, and leave to be cached by nobody', async () => {
    for (const path of ['/api/threads', '/api/messages/0123456789abcdef01234567', '/api/auth/me', '/api/tasks?bad=1']) {
      const { headers } = await api.call('GET', path);
      expect(headers.get('x-event-cursor'), path).toBe('position-of-now');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-request-id')).toMatch(/^[A-Za-z0-9-]{8,64}$/);
    }
  });

  test('a plain request id of the caller is kept, another is replaced', async () => {
    expect(
      (await api.call('GET', '/api/threads', { headers: { 'x-request-id': 'trace-0001' } })).headers.get(
        'x-request-id',
      ),
    ).toBe('trace-0001');
    const { headers, body } = await api.call('GET', '/api/nowhere', { headers: { 'x-request-id': '<script>' } });
    expect(headers.get('x-request-id')).not.toContain('<');
    expect(body.requestId).toBe(headers.get('x-request-id'));
  });

  test('the position is read before the handler runs', async () => {
    const order: string[] = [];
    const { cursor } = api.door;
    const { threads } = api.plane.collections;
    const { find } = threads;
    api.door.cursor = () => {
      order.push('cursor');
      return 'position-of-now';
    };
    threads.find = ((...args: Parameters<typeof find>) => {
      order.push('handler');
      return find.apply(threads, args);
    }) as typeof find;
    await api.call('GET', '/api/threads');
    Object.assign(threads, { find });
    api.door.cursor = cursor;
    expect(order).toEqual(['cursor', 'handler']);
  });

  test('no such path 404; wrong method 405 with Allow; HEAD as GET without a body', async () => {
    expect((await api.call('GET', '/api/nowhere', { token: null })).status).toBe(404);
    const wrong = await api.call('PUT', '/api/threads');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    const head = await api.call('HEAD', '/api/threads');
    expect([head.status, head.text, head.headers.get('x-event-cursor')]).toEqual([200, '', 'position-of-now']);
  });

  test('a fault of ours says nothing about itself, but the log does', async () => {
    const { threads } = api.plane.collections;
    const { find } = threads;
    threads.find = () => {
      throw new Error('inner secret detail');
    };
    const answer = await api.call('GET', '/api/threads');
    Object.assign(threads, { find });
    expect([answer.status, answer.body.code]).toEqual([500, 'internal']);
    expect(answer.text).not.toContain('inner');
    expect(api.logged()).toContain('inner secret detail');
    expect(api.logged()).toContain(answer.body.requestId);
  });
});
