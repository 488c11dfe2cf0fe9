import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from '@/lib/sdk/client';
import { openEventStream } from '@/lib/sdk/event-stream';
import { openSse, startTestServer, type TestServer } from './test-server';
import { until } from './until';

/**
 * Node 20's fetch forgets its abort signal at a garbage collection, while a body is being read: a stream could then
 * neither be stopped nor noticed to be silent.
 */
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const collect = async () => {
  for (let turn = 0; turn < 5; turn += 1) {
    collectGarbage();
    await new Promise(resolve => setTimeout(resolve, 10));
  }
};

let server: TestServer | undefined;
afterEach(() => server?.close());

describe('after a garbage collection', () => {
  it('a stream still stops, and its connection is closed', async () => {
    let closed = 0;
    const { url } = (server = await startTestServer((_request, response) => {
      openSse(response);
      response.on('close', () => (closed += 1));
    }));
    const stream = openEventStream({ baseUrl: url, onEvent: () => undefined });
    await until('live', () => stream.state === 'live');
    await collect();
    await stream.stop();
    await until('the server sees it close', () => closed === 1);
  });

  it('a silent stream is still left', async () => {
    const { url, requests } = (server = await startTestServer((_request, response) => openSse(response)));
    const stream = openEventStream({ baseUrl: url, onEvent: () => undefined, limits: { silenceMs: 300 } });
    await until('live', () => stream.state === 'live');
    await collect();
    await until('a second connection', () => requests.length === 2);
    await stream.stop();
  });

  it('a call whose answer stops half way still ends', async () => {
    const { url } = (server = await startTestServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"half":');
    }));
    const call = createClient({ baseUrl: url, timeoutMs: 300 }).post('/x');
    const ended = expect(call).rejects.toMatchObject({ code: 'unavailable' });
    await collect();
    await ended;
  });
});
