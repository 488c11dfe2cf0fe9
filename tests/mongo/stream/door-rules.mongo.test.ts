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

const NAMES_IT: [string, string][] = [
  ['unknown=1', 'unknown'],
  ['__proto__=1', '__proto__'],
  ['types=message-created&types=task-created', 'types'],
  ['types=', 'types'],
  ['types=message-created,', 'types'],
  ['types=nonsense', 'types'],
  ['types=message-created?unknown=1', 'types'],
  ['types=checkpoint', 'types'],
  ['consumer=', 'consumer'],
  ['consumer=a%20b', 'consumer'],
  ['consumer=desk%00', 'consumer'],
  ['consumer=desk?', 'consumer'],
  ['consumer=d%C3%A9sk', 'consumer'],
  [`consumer=${'x'.repeat(65)}`, 'consumer'],
  ['consumer=a&consumer=b', 'consumer'],
  ['after=a&after=b', 'after'],
  ['assignedTo=', 'assignedTo'],
  ['project=Not%20a%20slug', 'project'],
];

describe('a query that is wrong', () => {
  it.each(NAMES_IT)('%s: 422 that names it, on every door', async (query, field) => {
    const path = `/api/events?${query}`;
    const answers = [await ask(path), await ask(path, { process: 'events' }), await overWeb(path)];
    for (const { status, headers, body } of answers) {
      expect([status, headers['content-type'], body.code]).toEqual([
        422,
        'application/problem+json',
        'validation-failed',
      ]);
      expect(body.errors.map(({ path: name }: { path: string }) => name)).toEqual([field]);
    }
  });
});

describe('a position that is none', () => {
  it.each<[string, string, Record<string, string>]>([
    ['an empty after', 'after=', {}],
    ['an after with a question mark', 'after=a?b', {}],
    ['an after of 600 characters', `after=${'x'.repeat(600)}`, {}],
    ['an after of 8,000 characters', `after=${'x'.repeat(8_000)}`, {}],
    ['an after with a line break', 'after=a%0Ab', {}],
    ['a Last-Event-ID of 600 characters', '', { 'last-event-id': 'x'.repeat(600) }],
    ['a Last-Event-ID of 8,000 characters', '', { 'last-event-id': 'x'.repeat(8_000) }],
    ['a Last-Event-ID with bytes beyond ASCII', '', { 'last-event-id': '\u00e9\u00ff\u0080' }],
  ])('%s: one reset, then live', async (_, query, headers) => {
    const { sink, leave } = await listen(`/api/events?${query}`, { headers });
    await sink.until(({ events }) => events.length > 0);
    const { insertedId } = await rig.database.db.collection('messages').insertOne({ body: 'x' });
    await sink.until(({ events }) => events.at(-1)?.data['id'] === String(insertedId));
    const told = sink.events.filter(({ event }) => event === 'reset').map(({ data }) => data['reason']);
    expect([sink.events[0]!.event, told]).toEqual(['reset', ['malformed-position']]);
    await leave();
  });

  it('an empty Last-Event-ID is none at all', async () => {
    const { sink, leave } = await listen('/api/events', { headers: { 'last-event-id': '' } });
    const { insertedId } = await rig.database.db.collection('messages').insertOne({ body: 'x' });
    await sink.until(({ events }) => events.at(-1)?.data['id'] === String(insertedId));
    expect(sink.of('reset')).toEqual([]);
    await leave();
  });
});

describe('how a stream is asked for', () => {
  it.each(['HEAD', 'POST', 'PUT', 'DELETE'])('by %s: 405 that says GET, in both processes, to all', async method => {
    for (const process of ['web', 'events'] as const) {
      for (const token of [tokens.viewer, tokens.agent, null]) {
        const { status, headers, body } = await ask('/api/events', { process, method, token });
        const code = body?.code ?? 'method-not-allowed';
        expect([status, headers['allow'], code], process).toEqual([405, 'GET', 'method-not-allowed']);
      }
    }
  });

  it.each(['GET', 'POST'])('by %s with a foreign host: 403, in both processes', async method => {
    for (const process of ['web', 'events'] as const) {
      const { status, body } = await ask('/api/events', { process, method, headers: { host: 'evil.example' } });
      expect([status, body.code], process).toEqual([403, 'host-not-allowed']);
    }
  });

  it('as JSON: it is a stream all the same', async () => {
    const { sink, leave } = await listen('/api/events', { headers: { accept: 'application/json' } });
    await sink.until(({ comments }) => comments.includes('connected') || comments.includes(' connected'));
    await leave();
  });
});
