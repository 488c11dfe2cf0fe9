import { createServer, request, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHostPolicy } from '@/lib/auth/hosts';
import type { Role } from '@/lib/domain/identity/schema';
import { createHttpDoor, type HttpDoor } from '@/lib/http/door';
import { serveEventsToWeb } from '@/lib/http/events-web';
import { eventsHandler } from '@/lib/server/events-handler';
import { webHandler } from '@/lib/server/web-handler';
import { systemContext } from '@/lib/services/context';
import { issueToken } from '@/lib/services/identity/issue-token';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import type { Hub } from '@/lib/stream/hub';
import { MemorySink } from '@/tests/support/memory-sink';
import { makePlane, type TestPlane } from '@/tests/support/make-plane';
import { startHub, stopHubs } from './stream-rig';

let rig: TestPlane;
let hub: Hub;
let door: HttpDoor;
const unused = () => {
  throw new Error('not asked for');
};
const servers = {
  web: createServer((req, res) => void webHandler({ door, hub, mcp: unused, pages: unused })(req, res)),
  events: createServer((req, res) => void eventsHandler(door, hub)(req, res)),
};
type Process = keyof typeof servers;
const portOf = (process: Process) => (servers[process].address() as AddressInfo).port;
const tokens = {} as Record<Role, string>;

beforeAll(async () => {
  rig = await makePlane();
  await ensureDefaultTenant(rig.plane);
  ({ hub } = await startHub(rig.database, { limits: { maxStreamsPerPrincipal: 1 } }));
  const hosts = createHostPolicy({
    host: '127.0.0.1',
    port: () => 0,
    allowedHosts: ['127.0.0.1'],
    trustedProxyHops: 0,
  });
  door = createHttpDoor({ plane: rig.plane, hosts, cursor: () => hub.position() });
  for (const server of Object.values(servers))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const ctx = systemContext(rig.plane, 'default');
  for (const role of ['viewer', 'operator'] as const)
    tokens[role] = (await issueToken(ctx, { role, label: role })).token;
  tokens.agent = (await issueToken(ctx, { role: 'agent', label: 'agent', agentType: 'research' })).token;
});
afterAll(async () => {
  for (const server of Object.values(servers)) {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
  await stopHubs();
});

interface Asked {
  process?: Process;
  method?: string;
  token?: string | null;
  headers?: Record<string, string>;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers freely
  body: any;
}

const authorized = ({ token = tokens.viewer, headers = {} }: Asked): Record<string, string> => ({
  ...headers,
  ...(token === null ? {} : { authorization: `Bearer ${token}` }),
});

/** Whole, so for what is refused. */
function ask(path: string, asked: Asked = {}): Promise<Answer> {
  const { process = 'web', method = 'GET' } = asked;
  return new Promise((resolve, reject) => {
    const port = portOf(process);
    const req = request({ host: '127.0.0.1', port, path, method, headers: authorized(asked), agent: false }, res => {
      let text = '';
      res.on('data', chunk => (text += chunk));
      res.on('end', () =>
        resolve({ status: res.statusCode!, headers: res.headers, body: text === '' ? null : JSON.parse(text) }),
      );
    });
    req.on('error', reject).end();
  });
}

async function left(req: ClientRequest): Promise<void> {
  req.destroy();
  await expect.poll(() => hub.connections().length, { timeout: 10_000 }).toBe(0);
}

/** A stream that was let in, and what it got. */
function listen(path: string, asked: Asked = {}): Promise<{ sink: MemorySink; leave(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const sink = new MemorySink();
    const port = portOf(asked.process ?? 'web');
    const req = request({ host: '127.0.0.1', port, path, headers: authorized(asked), agent: false }, res => {
      if (res.statusCode !== 200) return reject(new Error(`${path}: ${res.statusCode}`));
      res.on('data', (chunk: Buffer) => void sink.write(chunk)).on('error', () => undefined);
      resolve({ sink, leave: () => left(req) });
    });
    req.on('error', reject).end();
  });
}

const overWeb = async (path: string, asked: Asked = {}): Promise<Answer> => {
  const host = `127.0.0.1:${portOf('web')}`;
  const response = await serveEventsToWeb(
    { door, hub },
    new Request(`http://${host}${path}`, { headers: { ...authorized(asked), host } }),
  );
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), body: JSON.parse(text) };
};

describe('a refused stream', () => {
  it('says where events go on like every other GET, but to nobody who is not known', async () => {
    const { leave } = await listen('/api/events');
    const cases: [number, string, Asked][] = [
      [422, '/api/events?bad=1', {}],
      [403, '/api/events', { token: tokens.agent }],
      [429, '/api/events', {}],
      [401, '/api/events', { token: null }],
    ];
    for (const [status, path, asked] of cases) {
      const answers = [
        await ask(path, asked),
        await ask(path, { ...asked, process: 'events' }),
        await overWeb(path, asked),
        // As other reads have it.
        ...(status === 429 ? [] : [await ask(path.replace('events', 'events/recent'), asked)]),
      ];
      for (const answer of answers) {
        expect(answer.status).toBe(status);
        const cursor = answer.headers['x-event-cursor'];
        if (status === 401) expect(cursor).toBeUndefined();
        else expect(hub.judge(String(cursor)), `${status}`).toMatchObject({ ok: true });
      }
    }
    const elsewhere = await ask('/elsewhere', { process: 'events' });
    expect([elsewhere.status, hub.judge(String(elsewhere.headers['x-event-cursor']))?.ok]).toEqual([404, true]);
    await leave();
  });
});
