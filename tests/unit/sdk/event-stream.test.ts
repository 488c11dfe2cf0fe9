import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ServerResponse } from 'node:http';
import { openEventStream, type EventStream, type EventStreamOptions } from '@/lib/sdk/event-stream';
import { openSse, sendJson, sseEvent, startTestServer, type TestServer } from './test-server';
import { until } from './until';

let server: TestServer | undefined;
let stream: EventStream | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await stream?.stop();
  await server?.close();
  server = stream = undefined;
});

const data = (id: string) => ({ id, tenantId: 'default', at: '2026-11-21T00:00:00.000Z' });
const start = async (answer: (response: ServerResponse, count: number) => void) => {
  server = await startTestServer((_request, response, count) => answer(response, count));
  return server;
};

function listen(baseUrl: string, more: Partial<EventStreamOptions> = {}) {
  const seen = { events: [] as string[], states: [] as string[], resets: [] as unknown[], problems: [] as unknown[] };
  stream = openEventStream({
    baseUrl,
    random: () => 0,
    onEvent: event => seen.events.push(`${event.position}:${event.type}`),
    onState: state => seen.states.push(state),
    onReset: reset => seen.resets.push(reset),
    onProblem: problem => seen.problems.push(problem),
    ...more,
  });
  return { seen, stream };
}

describe('event stream', () => {
  it('delivers typed events with token, filter and consumer in the request', async () => {
    const { url, requests } = await start(response => {
      openSse(response);
      response.write(': hb\n\n' + sseEvent('p1', 'message-created', data('a')));
    });
    const { seen } = listen(url, { token: 't', consumer: 'me', after: 'p0', filter: { types: ['message-created'] } });
    await until('an event', () => seen.events.length === 1);
    expect(seen).toMatchObject({ events: ['p1:message-created'], states: ['live'] });
    expect(requests[0]?.url).toBe('/api/events?types=message-created&consumer=me');
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'last-event-id': 'p0' });
  });

  it('resumes after the last frame, a checkpoint included, when the server ends the stream or cuts it', async () => {
    const { url, requests } = await start((response, count) => {
      openSse(response);
      if (count === 1) response.end(sseEvent('p1', 'task-created', data('a')) + sseEvent('p2', 'checkpoint', {}));
      if (count === 2) response.write(sseEvent('p3', 'task-updated', data('a')), () => response.destroy());
      if (count === 3) response.write(sseEvent('p4', 'task-updated', data('a')));
    });
    const { seen } = listen(url);
    await until('the third connection', () => seen.events.length === 3);
    expect(seen.events).toEqual(['p1:task-created', 'p3:task-updated', 'p4:task-updated']);
    expect(requests.map(request => request.headers['last-event-id'])).toEqual([undefined, 'p2', 'p3']);
    expect(seen.states).toEqual(['live', 'reconnecting', 'live', 'reconnecting', 'live']);
  });

  it('resumes where the stream began when it ends before its first frame', async () => {
    const { url, requests } = await start((response, count) => {
      response.setHeader('X-Event-Cursor', `c${count}`);
      openSse(response);
      if (count < 3) response.end();
    });
    const positions: string[] = [];
    const { stream: opened } = listen(url, { onPosition: position => positions.push(position) });
    await until('the third connection', () => requests.length === 3 && opened.state === 'live');
    expect(requests.map(request => request.headers['last-event-id'])).toEqual([undefined, 'c1', 'c1']);
    expect(positions).toEqual([]);
  });

  it('goes on after a 503, a wrong content type and a 429 with Retry-After', async () => {
    const { url } = await start((response, count) => {
      if (count === 1) return sendJson(response, 503, { code: 'unavailable' }, { 'retry-after': '0' });
      if (count === 2) return sendJson(response, 200, {});
      if (count === 3) return sendJson(response, 429, { code: 'limit-exceeded' }, { 'retry-after': '7' });
      openSse(response);
    });
    const delays: number[] = [];
    const clock = { now: () => 0, sleep: async (delayMs: number) => void delays.push(delayMs) };
    const { seen, stream: opened } = listen(url, { clock });
    await until('live', () => opened.state === 'live');
    expect(seen.states).toEqual(['reconnecting', 'live']);
    expect(delays).toEqual([1_000, 1_000, 7_000]);
    expect(seen.problems).toHaveLength(3);
  });

  it('moves to the cursor of a reset, and tells', async () => {
    const { url, requests } = await start((response, count) => {
      openSse(response);
      if (count === 1) response.end(sseEvent('c9', 'reset', { reason: 'history-lost', cursor: 'c9' }));
    });
    const { seen } = listen(url, { after: 'old' });
    await until('two requests', () => requests.length === 2);
    expect(seen.resets).toEqual([{ reason: 'history-lost', cursor: 'c9' }]);
    expect(requests[1]?.headers['last-event-id']).toBe('c9');
  });

  it('takes a silent line for a dead one, and heartbeats for life', async () => {
    const { url, requests } = await start((response, count) => {
      openSse(response);
      if (count !== 2) return;
      const beat = setInterval(() => response.write(': hb\n\n'), 50);
      response.on('close', () => clearInterval(beat));
    });
    const { seen, stream: opened } = listen(url, { limits: { silenceMs: 200 } });
    await until('the second connection', () => requests.length === 2 && opened.state === 'live');
    await new Promise(resolve => setTimeout(resolve, 600));
    expect(requests).toHaveLength(2);
    expect(seen.states).toEqual(['live', 'reconnecting', 'live']);
  });

  it('parks on 401 without hammering, and comes back when asked', async () => {
    const { url, requests } = await start((response, count) =>
      count === 1 ? sendJson(response, 401, { code: 'unauthenticated', detail: 'no' }) : openSse(response),
    );
    const { seen, stream: opened } = listen(url);
    await until('parked', () => opened.state === 'unauthenticated');
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(requests).toHaveLength(1);
    opened.retry();
    await until('live', () => opened.state === 'live');
    expect(seen.states).toEqual(['unauthenticated', 'connecting', 'live']);
  });

  it('asked to try while a try is under way tries again at once when that one is refused', async () => {
    const held: ServerResponse[] = [];
    const { requests } = await start((response, count) => (count === 1 ? held.push(response) : openSse(response)));
    const { stream: opened } = listen(server!.url);
    await until('the first request', () => requests.length === 1);
    opened.retry();
    sendJson(held[0]!, 401, { code: 'unauthenticated' });
    await until('live', () => opened.state === 'live');
    expect(requests).toHaveLength(2);
  });

  it('renewed while a try is under way leaves that one, be it never answered', async () => {
    const { requests } = await start((response, count) => {
      if (count > 1) openSse(response);
    });
    const { stream: opened } = listen(server!.url);
    await until('the first request', () => requests.length === 1);
    opened.renew();
    await until('live', () => opened.state === 'live');
    expect(requests).toHaveLength(2);
  });

  it('asked to try keeps to a Retry-After that comes after, and to the pause after a stream that opened', async () => {
    const held: ServerResponse[] = [];
    const { requests } = await start((response, count) => {
      if (count < 3) held.push(response);
      else openSse(response);
    });
    const paused: { delayMs: number; isOver: boolean }[] = [];
    let nowMs = 0;
    const sleep = async (delayMs: number, signal?: AbortSignal) => {
      paused.push({ delayMs, isOver: signal!.aborted });
      nowMs += delayMs;
    };
    const { stream: opened } = listen(server!.url, { clock: { now: () => nowMs, sleep } });
    await until('the first request', () => requests.length === 1);
    opened.retry();
    sendJson(held[0]!, 429, { code: 'limit-exceeded' }, { 'retry-after': '7' });
    await until('the second request', () => requests.length === 2);
    opened.retry();
    openSse(held[1]!);
    await until('live', () => opened.state === 'live');
    held[1]!.end();
    await until('the third request', () => requests.length === 3);
    expect(paused).toEqual([
      { delayMs: 7_000, isOver: false },
      { delayMs: 10, isOver: false },
    ]);
  });

  it('tries when it is asked to, though the wall clock was set back since its last try', async () => {
    const { requests, url } = await start((response, count) => {
      if (count === 1) sendJson(response, 503, { code: 'unavailable' });
      else sendJson(response, 401, { code: 'unauthenticated' });
    });
    vi.useFakeTimers({ toFake: ['Date'] });
    const { stream: opened } = listen(url);
    await vi.waitFor(() => expect(opened.state).toBe('unauthenticated'), 8_000);
    vi.setSystemTime(Date.now() - 3_600_000);
    opened.retry();
    await vi.waitFor(() => expect(requests).toHaveLength(3), 8_000);
  });

  it('says offline when nothing was there for too long, and live again when it is', async () => {
    const first = await start(() => undefined);
    const { port } = new URL(first.url);
    await first.close();
    const delays = { now: () => Date.now(), sleep: () => new Promise<void>(resolve => setTimeout(resolve, 20)) };
    const { seen, stream: opened } = listen(`http://127.0.0.1:${port}`, {
      clock: delays,
      limits: { offlineAfterMs: 100 },
    });
    await until('offline', () => opened.state === 'offline');
    expect(seen.states).toEqual(['reconnecting', 'offline']);
  });

  it('goes on when a handler throws, past the event that made it throw', async () => {
    const { url } = await start(response => {
      openSse(response);
      response.write(sseEvent('p1', 'task-created', data('a')) + sseEvent('p2', 'task-created', data('b')));
    });
    const failure = new Error('boom');
    const { seen, stream: opened } = listen(url, {
      onEvent: () => {
        throw failure;
      },
    });
    await until('both', () => opened.position === 'p2');
    expect(seen.problems).toEqual([failure, failure]);
  });

  it('reports a frame it cannot read and reads on', async () => {
    const { url } = await start(response => {
      openSse(response);
      response.write('id: p1\nevent: task-created\ndata: {oops\n\n' + sseEvent('p2', 'task-created', data('b')));
    });
    const { seen } = listen(url);
    await until('the good one', () => seen.events.length === 1);
    expect(seen.problems).toHaveLength(1);
  });

  it('is quiet after stop', async () => {
    const { url } = await start(response => openSse(response));
    const { seen, stream: opened } = listen(url);
    await until('live', () => opened.state === 'live');
    await opened.stop();
    expect(seen.states).toEqual(['live']);
  });
});
