import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHostPolicy } from '@/lib/auth/hosts';
import { createHttpDoor } from '@/lib/http/door';
import { createMcpProxy } from '@/lib/http/mcp-proxy';
import { eventsHandler } from '@/lib/server/events-handler';
import { listen, type Listening } from '@/lib/server/http-server';
import { guardPages } from '@/lib/server/pages';
import { webHandler } from '@/lib/server/web-handler';
import { createSignInCode } from '@/lib/services/identity/create-sign-in-code';
import type { Hub } from '@/lib/stream/hub';
import { createMcpHttpDoor } from '@/mcp-server/src/http-door';
import { startMcpServer, type McpTestServer } from '../support/mcp';

/** RFC 9112 3.2.2: a server must accept a request line with a whole URL in it. */

let mcp: McpTestServer;
const servers = {} as Record<'web' | 'events' | 'mcp', Listening>;
const asked: string[] = [];

beforeAll(async () => {
  mcp = await startMcpServer();
  const wanted = { host: '127.0.0.1', port: 0, portVariable: 'PORT' };
  const hostsOf = (name: keyof typeof servers) =>
    createHostPolicy({ host: '127.0.0.1', port: () => servers[name].port, allowedHosts: [], trustedProxyHops: 0 });
  const doorOf = (name: keyof typeof servers) =>
    createHttpDoor({ plane: mcp.plane, hosts: hostsOf(name), cursor: () => null });
  const door = doorOf('web');
  // No stream is let in here: each is refused before it begins.
  const hub = {} as Hub;
  const upstream = { port: () => servers.mcp.port, isListening: () => true, onceListening: () => () => undefined };
  const pages = guardPages(door, async (req, res) => {
    asked.push(`${req.headers.host}${req.url}`);
    res.end('{}');
  });
  servers.web = await listen(webHandler({ door, hub, mcp: createMcpProxy({ door, upstream }), pages }), wanted);
  servers.events = await listen(eventsHandler(doorOf('events'), hub), wanted);
  servers.mcp = await listen(createMcpHttpDoor(mcp.host, hostsOf('mcp')).serve, wanted);
});
afterAll(async () => {
  for (const { server, close } of Object.values(servers)) {
    const closed = close();
    server.closeAllConnections();
    await closed;
  }
  await mcp.stop();
});

interface Asked {
  process?: keyof typeof servers;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** `path` goes on the request line as it is. */
function ask(path: string, { process = 'web', method = 'GET', headers = {}, body = '' }: Asked = {}) {
  return new Promise<{ status: number; cookie: string; text: string; code: string }>((resolve, reject) => {
    const authorized = headers['cookie'] ? headers : { authorization: `Bearer ${mcp.plane.adminToken}`, ...headers };
    const { port } = servers[process];
    const req = request({ host: '127.0.0.1', port, method, path, headers: authorized, agent: false }, res => {
      let text = '';
      res.on('data', chunk => (text += chunk));
      res.on('end', () => {
        const isProblem = res.headers['content-type'] === 'application/problem+json';
        const cookie = String(res.headers['set-cookie']).split(';')[0]!;
        resolve({ status: res.statusCode!, cookie, text, code: isProblem ? JSON.parse(text).code : '' });
      });
    });
    req.on('error', reject).end(body);
  });
}
const our = (path: string, process: keyof typeof servers = 'web') => `http://127.0.0.1:${servers[process].port}${path}`;
const list = {
  method: 'POST',
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
};

describe('a request line with a whole URL in it', () => {
  test('reaches what its path names, in every process', async () => {
    expect(await ask(our('/api/auth/me'))).toMatchObject({ status: 200 });
    expect(await ask(our('/api/events?bad=1'))).toMatchObject({ status: 422, code: 'validation-failed' });
    expect(await ask(our('/api/events?bad=1', 'events'), { process: 'events' })).toMatchObject({ status: 422 });
    for (const process of ['web', 'mcp'] as const) {
      const { status, text } = await ask(our('/mcp', process), { ...list, process });
      expect([status, text.includes('list_agent_types')], text).toEqual([200, true]);
    }
  });

  test('reaches the pages with its path alone, an empty one too, however the scheme is written', async () => {
    asked.length = 0;
    for (const path of ['/threads?x=1', '', '?x=/y']) await ask(our(path));
    await ask(our('/a').replace('http', 'HTTP'));
    const authority = `127.0.0.1:${servers.web.port}`;
    expect(asked).toEqual(['/threads?x=1', '/', '/?x=/y', '/a'].map(path => authority + path));
  });

  test.each(['evil.example', 'evil.example:80', '127.0.0.1', 'user@127.0.0.1:PORT', ''])(
    'to %j: 403, though Host is ours',
    async authority => {
      for (const process of ['web', 'events', 'mcp'] as const) {
        const at = authority.replace('PORT', String(servers[process].port));
        const headers = { host: `127.0.0.1:${servers[process].port}` };
        for (const path of ['/api/auth/me', '/api/events', '/mcp', '/threads']) {
          const answer = await ask(`http://${at}${path}`, { process, headers });
          expect([answer.status, answer.code], `${process} ${path}`).toEqual([403, 'host-not-allowed']);
        }
      }
    },
  );

  test('to us is let in whatever Host says, which is not looked at then', async () => {
    expect((await ask(our('/api/auth/me'), { headers: { host: 'evil.example' } })).status).toBe(200);
  });

  test('is held to the Origin of its authority when a cookie writes', async () => {
    const body = JSON.stringify({ code: await createSignInCode(mcp.plane.collections, Date.now()) });
    const json = { 'content-type': 'application/json' };
    const signIn = { method: 'POST', body, headers: { ...json, authorization: '' } };
    const { cookie } = await ask(our('/api/auth/session'), signIn);
    const write = (origin: string, host: string) =>
      ask(our('/api/messages'), {
        method: 'POST',
        body: JSON.stringify({ body: 'hello', assignedTo: null }),
        headers: { ...json, cookie, origin, host },
      });
    const { port } = servers.web;
    expect((await write(`http://127.0.0.1:${port}`, 'evil.example')).status).toBe(201);
    // Host and Origin agree with one another, but not with where the request went.
    for (const origin of [`http://localhost:${port}`, 'http://evil.example', 'null']) {
      const answer = await write(origin, origin.replace('http://', ''));
      expect([answer.status, answer.code], origin).toEqual([403, 'origin-not-allowed']);
    }
  });

  test('carries no credential in its query either', async () => {
    expect(await ask(our('/api/auth/me?token=x'))).toMatchObject({ status: 400, code: 'credential-in-url' });
  });
});
