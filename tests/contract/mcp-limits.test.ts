import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { deferred } from '@/lib/kernel/deferred';
import { CallLimits, Pool } from '@/mcp-server/src/call-limits';
import { ERROR_CODES, ControlPlaneError } from '@/lib/domain/errors';
import { callTool } from '@/mcp-server/src/adapter';
import { errorResult } from '@/mcp-server/src/error-result';
import type { McpHost } from '@/mcp-server/src/host';
import { findTool, LISTED } from '@/mcp-server/src/registry';

describe('call limits', () => {
  test('refuse what is too much in all or for one principal, and give every place back', async () => {
    const pool = new Pool({ all: 3, ofPrincipal: 2 });
    const gate = deferred<void>();
    const calls = [pool.run('a', () => gate.promise), pool.run('a', () => gate.promise)];
    await expect(pool.run('a', () => gate.promise)).rejects.toMatchObject({ code: 'limit-exceeded', retry: 'backoff' });
    calls.push(pool.run('b', () => gate.promise));
    await expect(pool.run('c', () => gate.promise)).rejects.toThrow(/3 calls/);
    gate.resolve();
    await Promise.all(calls);
    await expect(pool.run('a', () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(pool.running).toBe(0);
    expect(await pool.run('a', async () => 'again')).toBe('again');
  });

  test('waiting calls do not stand in the way of working ones; idle is when neither runs', async () => {
    const limits = new CallLimits();
    const gate = deferred<void>();
    const waiting = Array.from({ length: 400 }, () => limits.run('waits', 'a', () => gate.promise));
    expect(await limits.run('works', 'a', async () => 'done')).toBe('done');
    expect(limits.running).toBe(400);
    let isIdle = false;
    const idle = limits.idle(60_000).then(() => (isIdle = true));
    await Promise.resolve();
    expect(isIdle).toBe(false);
    gate.resolve();
    await Promise.all([...waiting, idle]);
    expect(isIdle).toBe(true);
  });
});

afterEach(() => vi.useRealTimers());

describe('a call', () => {
  test('is answered within 50 s, also while nobody knows yet who makes it', async () => {
    vi.useFakeTimers();
    const { signal } = new AbortController();
    const host = { limits: new CallLimits(), stopping: signal } as unknown as McpHost;
    const connection = { principal: () => new Promise<never>(() => {}), client: 'c', pipe: null };
    const call = callTool(host, connection, { tool: findTool('heartbeat')!, args: {}, client: 'c', signal });
    await vi.advanceTimersByTimeAsync(50_000);
    const answer = await Promise.race([call, 'nothing yet']);
    expect(answer).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('"unavailable"') }] });
  });
});

/** What `AbortSignal.any` and listeners leave at a signal that outlives them. */
const leftAt = (signal: AbortSignal): number => {
  const dependants = Object.getOwnPropertySymbols(signal).filter(({ description }) => description?.includes('Depend'));
  const sets = dependants.map(symbol => (signal as unknown as Record<symbol, Set<unknown>>)[symbol]?.size ?? 0);
  return getEventListeners(signal, 'abort').length + sets.reduce((sum, size) => sum + size, 0);
};
const refuse = () => Promise.reject(new ControlPlaneError('unauthenticated', 'no'));

describe('a process that answers for long', () => {
  test('keeps nothing of a call that was answered', async () => {
    const { signal: stopping } = new AbortController();
    AbortSignal.any([stopping]);
    expect(leftAt(stopping), 'this test can see what is left').toBe(1);
    const host = { limits: new CallLimits(), stopping } as unknown as McpHost;
    const connection = { principal: refuse, client: 'c', pipe: null };
    const { signal } = new AbortController();
    for (let calls = 0; calls < 10; calls += 1)
      await callTool(host, connection, { tool: findTool('heartbeat')!, args: {}, client: 'c', signal });
    expect(leftAt(stopping)).toBe(1);
  });
});

describe('the tools', () => {
  test('are named verb_noun, describe themselves and take the dispatch key', () => {
    for (const { name, title, description, inputSchema, outputSchema, annotations } of LISTED) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect([title, description].every(text => text.length > 3)).toBe(true);
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(inputSchema['properties']).toHaveProperty('dispatch');
      expect(outputSchema).toMatchObject({ type: 'object' });
      expect(Object.keys(annotations).toSorted()).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
        'title',
      ]);
    }
  });

  test('refuse in words for every code, with the fields and the way out', () => {
    for (const code of ERROR_CODES) {
      const { isError, content } = errorResult(new ControlPlaneError(code, 'why'));
      expect(isError).toBe(true);
      expect(JSON.parse(content[0]!.text)).toMatchObject({ code, message: 'why' });
    }
    const retried = errorResult(new ControlPlaneError('unavailable', 'x', { retry: 'backoff', retryAfterMs: 700 }));
    expect(JSON.parse(retried.content[0]!.text)).toMatchObject({ retryAfterMs: 700, next: expect.any(String) });
  });
});
