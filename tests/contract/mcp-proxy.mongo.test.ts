import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHostPolicy } from '@/lib/auth/hosts';
import { createHttpDoor } from '@/lib/http/door';
import { deferred } from '@/lib/kernel/deferred';
import { createMcpProxy } from '@/lib/http/mcp-proxy';
import { connect, REVISIONS, startMcpServer, type McpTestServer } from '../support/mcp';
import { until } from '../support/switchboard';

let mcp: McpTestServer;
let token: string;
let target: () => number;
let web: Server;
let isListening = true;
const waiters = new Set<(isListening: boolean) => void>();
let url: string;
const others: Server[] = [];

const portOf = (server: Server) => (server.address() as AddressInfo).port;
async function listen(handler: (req: IncomingMessage, res: ServerResponse) => void): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  others.push(server);
  return server;
}

beforeAll(async () => {
  mcp = await startMcpServer();
  token = await mcp.tokenFor('orchestrator');
  const own = Number(new URL(mcp.url).port);
  target = () => own;
  const hosts = createHostPolicy({ host: '127.0.0.1', port: () => portOf(web), allowedHosts: [], trustedProxyHops: 0 });
  const door = createHttpDoor({ plane: mcp.plane, hosts, cursor: () => null });
  web = await listen(
    createMcpProxy({
      door,
      upstream: {
        port: () => target(),
        isListening: () => isListening,
        onceListening: tell => {
          waiters.add(tell);
          return () => void waiters.delete(tell);
        },
      },
      limits: { maxCalls: 3, silentMs: 3_000, startMs: 300, maxWaiting: 2 },
    }),
  );
  url = `http://127.0.0.1:${portOf(web)}/mcp`;
});
afterAll(async () => {
  for (const server of others) {
    server.close();
    server.closeAllConnections();
  }
  await mcp.stop();
});

const post = (body: BodyInit, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
    signal: signal ?? null,
  });

async function withTarget(handler: (req: IncomingMessage, res: ServerResponse) => void, use: () => Promise<void>) {
  const before = target;
  const server = await listen(handler);
  target = () => portOf(server);
  try {
    await use();
  } finally {
    target = before;
  }
}

const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

describe('/mcp through web', () => {
  test.each(REVISIONS)('serves an official client of revision %s', async revision => {
    const client = await connect(url, token, revision);
    expect((await client.call('list_agent_types')).data.items).toHaveLength(17);
    await client.close();
    await expect(connect(url, 'swb_nonsense', revision)).rejects.toThrow();
  });

  test('is refused to foreign sites and for what has no business in a URL; a page of its own site may call', async () => {
    const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
    expect((await post(list, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await post(list, { origin: new URL(url).origin })).status).toBe(200);
    expect((await fetch(`${url}?token=abc`, { method: 'POST' })).status).toBe(400);
  });

  test('passes on what streams, as it comes, and no cookie', async () => {
    const goOn = deferred<void>();
    let sent: IncomingMessage['headers'] = {};
    await withTarget(
      (req, res) => {
        sent = req.headers;
        res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n');
        void goOn.promise.then(() => res.end('data: two\n\n'));
      },
      async () => {
        const answer = await post('{}', { cookie: 'switchboard_session=s', 'x-forwarded-host': 'evil.example' });
        const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
        expect((await reader.read()).value).toBe('data: one\n\n');
        goOn.resolve();
        expect((await reader.read()).value).toBe('data: two\n\n');
        expect(sent).toMatchObject({ authorization: `Bearer ${token}`, host: `127.0.0.1:${target()}` });
        expect(sent).not.toHaveProperty('cookie');
        expect(sent).not.toHaveProperty('x-forwarded-host');
      },
    );
  });

  test('hangs up there when its caller hangs up here', async () => {
    let open = 0;
    await withTarget(
      (_req, res) => {
        open += 1;
        res.writeHead(200).write('x');
        res.once('close', () => (open -= 1));
      },
      async () => {
        const gone = new AbortController();
        await post('{}', {}, gone.signal);
        expect(open).toBe(1);
        gone.abort();
        await until(() => open === 0, 5_000);
      },
    );
  });

  test('stops a body that is too long, whether or not it says so', async () => {
    const long = new Uint8Array(1_200_000);
    const said = await post(long);
    expect([said.status, (await said.json()).code]).toEqual([413, 'too-large']);
    const chunks = new ReadableStream({
      start: controller => {
        for (let n = 0; n < 12; n += 1) controller.enqueue(new Uint8Array(100_000));
        controller.close();
      },
    });
    const unsaid = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: chunks,
      duplex: 'half',
    } as RequestInit);
    expect([unsaid.status, (await unsaid.json()).code]).toEqual([413, 'too-large']);
  });

  describe('while the MCP server is being started', () => {
    const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
    beforeEach(() => {
      isListening = false;
    });
    afterEach(() => {
      isListening = true;
      expect(waiters.size).toBe(0);
    });

    test('a call waits, and is answered when it listens', async () => {
      const answer = post(list);
      await until(() => waiters.size === 1, 5_000);
      isListening = true;
      for (const tell of waiters) tell(true);
      expect((await answer).status).toBe(200);
    });

    test('it is refused when that takes too long, or will not be', async () => {
      expect(await codeOf(await post(list))).toBe('unavailable');
      const answer = post(list);
      await until(() => waiters.size === 1, 5_000);
      for (const tell of waiters) tell(false);
      expect(await codeOf(await answer)).toBe('unavailable');
    });

    test('few wait at once, and who hangs up leaves room for another', async () => {
      const gone = new AbortController();
      const calls = [1, 2].map(() => post(list, {}, gone.signal).catch(() => null));
      await until(() => waiters.size === 2, 5_000);
      const startedMs = Date.now();
      expect(await codeOf(await post(list))).toBe('unavailable');
      expect(Date.now() - startedMs).toBeLessThan(250);
      gone.abort();
      await Promise.all(calls);
      await until(() => waiters.size === 0, 250);
      const answer = post(list);
      await until(() => waiters.size === 1, 5_000);
      isListening = true;
      for (const tell of waiters) tell(true);
      expect((await answer).status).toBe(200);
    });
  });

  test('says 503 when the MCP server is away, silent, or has too much to do', async () => {
    const before = target;
    target = () => 1;
    const away = await post('{}');
    target = before;
    expect([away.status, away.headers.get('retry-after'), (await away.json()).code]).toEqual([503, '1', 'unavailable']);
    await withTarget(
      () => undefined,
      async () => {
        const calls = await Promise.all(Array.from({ length: 4 }, async () => (await post('{}')).json()));
        expect(calls.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
        expect(calls.filter(({ detail }) => detail.includes('that is the limit'))).toHaveLength(1);
      },
    );
    expect((await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }))).status).toBe(200);
  });
});
