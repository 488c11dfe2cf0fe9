import { afterEach, describe, expect, it } from 'vitest';
import type { ServerResponse } from 'node:http';
import { ControlPlaneError } from '@/lib/domain/errors';
import { createClient } from '@/lib/sdk/client';
import { dispatchCalls } from '@/lib/sdk/dispatch-calls';
import { isOutcomeUnknown, requestIdOf } from '@/lib/sdk/problem';
import { sendJson, startTestServer, type TestServer } from './test-server';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const start = async (answer: (response: ServerResponse, count: number) => void) => {
  server = await startTestServer((_request, response, count) => answer(response, count));
  return server;
};
const clock = {
  now: () => 0,
  sleeps: [] as number[],
  sleep: async (delayMs: number) => void clock.sleeps.push(delayMs),
};
const refusal = async (call: Promise<unknown>): Promise<ControlPlaneError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ControlPlaneError)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return error;
};
const DISPATCH = '66aaaaaaaaaaaaaaaaaaaaaa';

describe('client', () => {
  it('sends token, query and JSON, and gives the position of a read', async () => {
    const { url, requests } = await start(response =>
      sendJson(response, 200, { items: [] }, { 'X-Event-Cursor': 'p1' }),
    );
    const client = createClient({ baseUrl: `${url}/`, token: 'swb_viewer_a_b' });
    const query = { types: ['a', 'b'], q: undefined, limit: 5 };
    expect(await client.read('/api/threads', { query })).toEqual({ data: { items: [] }, cursor: 'p1' });
    await client.post('/api/threads', { subject: 'é' }, { idempotencyKey: 'k1' });
    expect(requests[0]).toMatchObject({ method: 'GET', url: '/api/threads?types=a%2Cb&limit=5' });
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer swb_viewer_a_b' });
    expect(requests[1]?.headers).toMatchObject({ 'idempotency-key': 'k1', 'content-type': 'application/json' });
    expect(JSON.parse(requests[1]?.body ?? '')).toEqual({ subject: 'é' });
  });

  it('answers nothing for 204', async () => {
    const { url } = await start(response => void response.writeHead(204).end());
    expect(await createClient({ baseUrl: url }).delete('/api/tokens/x')).toBeUndefined();
  });

  it('turns a problem into an error with its code, fields and request id', async () => {
    const problem = {
      type: 'about:blank',
      title: 'validation failed',
      status: 422,
      code: 'validation-failed',
      detail: 'body: wants some text',
      requestId: 'r-1',
      errors: [{ path: 'body', message: 'wants some text' }],
    };
    const { url } = await start(response => sendJson(response, 422, problem));
    const error = await refusal(createClient({ baseUrl: url }).post('/api/messages', {}));
    expect(error).toMatchObject({
      code: 'validation-failed',
      message: problem.detail,
      errors: problem.errors,
      retry: 'never',
    });
    expect(requestIdOf(error)).toBe('r-1');
    expect(isOutcomeUnknown(error)).toBe(false);
  });

  it('sorts a page that is no problem document by its status', async () => {
    const { url } = await start(
      response => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>no</h1>'),
    );
    expect(await refusal(createClient({ baseUrl: url }).get('/x'))).toMatchObject({ code: 'not-found' });
  });

  it('takes a proxy’s page for no word of the server, whatever its status', async () => {
    for (const status of [500, 521, 530, 408]) {
      const { url } = await start(response => void response.writeHead(status).end('<h1>Web server is down</h1>'));
      const passing = { code: 'unavailable', retry: 'backoff' };
      expect(await refusal(createClient({ baseUrl: url, clock }).post('/x', {}))).toMatchObject(passing);
    }
    const { url } = await start(response => sendJson(response, 500, { code: 'internal' }));
    const final = { code: 'internal', retry: 'never' };
    expect(await refusal(createClient({ baseUrl: url, clock }).post('/x', {}))).toMatchObject(final);
  });

  it('repeats a read after 503 and obeys Retry-After', async () => {
    const { url, requests } = await start((response, count) =>
      count < 3
        ? sendJson(response, 503, { code: 'unavailable' }, { 'retry-after': '2' })
        : sendJson(response, 200, 'ok'),
    );
    clock.sleeps = [];
    expect(await createClient({ baseUrl: url, clock }).get('/x')).toBe('ok');
    expect(requests).toHaveLength(3);
    expect(clock.sleeps).toEqual([2_000, 2_000]);
  });

  it('gives up after four tries', async () => {
    const { url, requests } = await start(response => sendJson(response, 503, { code: 'unavailable' }));
    expect(await refusal(createClient({ baseUrl: url, clock }).get('/x'))).toMatchObject({ code: 'unavailable' });
    expect(requests).toHaveLength(4);
  });

  it('never repeats a create without a key, nor a claim', async () => {
    const { url, requests } = await start(response => sendJson(response, 503, { code: 'unavailable' }));
    const client = createClient({ baseUrl: url, clock });
    await refusal(client.post('/api/messages', {}));
    await refusal(dispatchCalls(client).claim({ consumer: 'c' }));
    expect(requests).toHaveLength(2);
  });

  it('repeats completing, whose epoch makes a second call harmless', async () => {
    const { url, requests } = await start((response, count) =>
      count === 1 ? void response.destroy() : sendJson(response, 200, { id: DISPATCH, status: 'done', epoch: 3 }),
    );
    const calls = dispatchCalls(createClient({ baseUrl: url, clock }));
    expect(await calls.complete(DISPATCH, { epoch: 3, output: 'x' })).toMatchObject({ status: 'done' });
    expect(requests.map(request => request.url)).toEqual(Array(2).fill(`/api/dispatches/${DISPATCH}/complete`));
  });

  it('says that the outcome is unknown when the line breaks, and where it called', async () => {
    const { url } = await start(response => void response.destroy());
    const error = await refusal(dispatchCalls(createClient({ baseUrl: url })).claim({ consumer: 'c' }));
    expect(isOutcomeUnknown(error)).toBe(true);
    expect(error.message).toContain(url);
  });

  it('ends a call that takes too long', async () => {
    const { url } = await start(() => undefined);
    const error = await refusal(createClient({ baseUrl: url, timeoutMs: 50 }).post('/x'));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error.message).toContain('50 ms');
  });

  it('passes on the caller’s own abort as such', async () => {
    const { url } = await start(() => undefined);
    const stop = new AbortController();
    const call = createClient({ baseUrl: url }).post('/x', {}, { signal: stop.signal });
    stop.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('does not follow a redirect, which would carry the token away', async () => {
    const { url } = await start(response => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end());
    await refusal(createClient({ baseUrl: url, token: 't' }).post('/x'));
  });
});
