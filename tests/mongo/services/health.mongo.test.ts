import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { SystemHealth } from '@/lib/domain/health/schema';
import { serveEvents } from '@/lib/http/events-door';
import { systemClock } from '@/lib/kernel/clock';
import { startStream, type StartedStream } from '@/lib/server/start-stream';
import { beginListening } from '@/lib/services/consumers/begin-listening';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { ensureStreamIdentity } from '@/lib/store/stream-identity';
import { encodePosition, parsePosition } from '@/lib/wire/position';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let stream: StartedStream;
let events: Server;
let tenantId: string;
let admin: string;
let orchestrator: string;
let count = 0;
/** A read of health that follows another waits its turn, and each test asks many times: so time is moved on for each. */
const LONGEST_TURN_MS = 2_000;
let aheadMs = 0;
const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };

beforeAll(async () => {
  api = await startApiServer({}, clock);
  const { uri, name } = api.database;
  const config = { database: name, maxStreams: 100, maxStreamsPerPrincipal: 30 };
  stream = await startStream(api.plane, { config, mongodbUri: uri, adopts: false });
  api.door.cursor = () => stream.hub.position();
  events = createServer((req, res) => void serveEvents(api.door, stream.hub, req, res));
  await new Promise<void>(resolve => events.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await stream.stop();
  events.closeAllConnections();
  await new Promise(resolve => events.close(resolve));
  await api.stop();
});
beforeEach(async () => {
  aheadMs = 0;
  count += 1;
  tenantId = `health-${count}`;
  await api.call('POST', '/api/tenants', { body: { tenantId, name: tenantId } });
  admin = await api.tokenFor('admin', { tenantId });
  orchestrator = await api.tokenFor('orchestrator', { tenantId });
});

const call = (method: string, path: string, body?: unknown, token = admin) => api.call(method, path, { body, token });
const health = async (): Promise<SystemHealth> => {
  aheadMs += LONGEST_TURN_MS;
  return (await call('GET', '/api/system-health')).body;
};
const metric = async (name: string): Promise<number> => {
  aheadMs += LONGEST_TURN_MS;
  const { text } = await call('GET', '/api/metrics');
  return Number(new RegExp(`^switchboard_${name} (\\S+)$`, 'm').exec(text)?.[1]);
};
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const post = async (seconds: number): Promise<string> => {
  const { id } = (await call('POST', '/api/messages', { body: 'work', assignedTo: 'research' })).body;
  await api.plane.collections.messages.updateMany({ tenantId }, { $set: { availableAt: ago(seconds) } });
  return id;
};
const claim = () => call('POST', '/api/dispatches/claim', { consumer: 'night' }, orchestrator);
const lastSeen = (seconds: number) =>
  api.plane.collections.presence.updateMany({ tenantId }, { $set: { seenAt: ago(seconds) } });
const connected = async () => (await health()).orchestratorsConnected;

/** The one consumer's connection. */
const heldBy = async () => (await api.plane.collections.consumers.findOne({ tenantId }))?.connectionId ?? null;

/** An orchestrator's stream; its process may die at any time. */
async function listen(consumer?: string, token = orchestrator): Promise<Socket> {
  const socket = connect((events.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `GET /api/events${consumer === undefined ? '' : `?consumer=${consumer}`} HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  await new Promise(resolve => socket.once('data', resolve));
  return socket;
}

test('the probe says in the common form why it is not ready', async () => {
  expect(await call('GET', '/api/health/ready')).toMatchObject({ status: 200, body: { status: 'ok', reasons: [] } });
  vi.spyOn(api.plane.database, 'reachable').mockResolvedValueOnce(false);
  const { status, headers, body } = await call('GET', '/api/health/ready');
  expect([status, headers.get('content-type'), body.code]).toEqual([503, 'application/problem+json', 'unavailable']);
  expect(headers.get('retry-after')).toMatch(/^\d+$/);
  expect(body.detail).toContain('the database cannot be reached');
});

describe('nobody listening', () => {
  it('is said of due work that no orchestrator could hear of for ten seconds, and goes when one comes', async () => {
    await post(11);
    const alarm = await health();
    expect(alarm).toMatchObject({ status: 'degraded', reasons: [expect.stringMatching(/^Nobody is listening/)] });
    expect(alarm.oldestDueSeconds).toBeGreaterThanOrEqual(11);
    expect(await metric('nobody_listening')).toBe(1);
    expect(await metric('degraded')).toBe(1);
    expect(await metric('oldest_due_seconds')).toBeGreaterThanOrEqual(11);
    const socket = await listen('night');
    await expect.poll(health).toMatchObject({ status: 'ok', reasons: [], orchestratorsConnected: 1 });
    expect(await metric('nobody_listening')).toBe(0);
    // Another tenant's orchestrator hears nothing of this one's work.
    const elsewhere = (await api.call('GET', '/api/system-health')).body;
    expect(elsewhere.orchestratorsConnected).toBe(0);
    // One that starts again is no absence, however old its work is.
    socket.destroy();
    await expect.poll(connected).toBe(0);
    expect(await health()).toMatchObject({ status: 'ok', reasons: [] });
    expect(await metric('nobody_listening')).toBe(0);
    await lastSeen(5);
    expect(await health()).toMatchObject({ status: 'ok' });
    await lastSeen(11);
    expect(await health()).toMatchObject({ status: 'degraded', orchestratorsConnected: 0 });
  });

  it('is counted from the end of the last claim too, and from a start of the plane', async () => {
    await post(30);
    expect(await health()).toMatchObject({ status: 'degraded' });
    await beginListening(api.plane);
    expect(await health()).toMatchObject({ status: 'ok', orchestratorsConnected: 0 });
    await api.plane.collections.presence.updateMany({}, { $set: { seenAt: ago(11) } });
    expect(await health()).toMatchObject({ status: 'degraded' });
    const socket = await listen('night');
    await claim();
    await post(30);
    await expect.poll(connected).toBe(1);
    socket.destroy();
    await expect.poll(connected).toBe(0);
    expect(await health()).toMatchObject({ status: 'ok' });
    expect(await api.plane.collections.presence.countDocuments({ tenantId })).toBe(1);
  });

  it('is not taken back because somebody else’s stream ended', async () => {
    await post(11);
    const socket = await listen('dashboard', admin);
    await expect.poll(heldBy).not.toBeNull();
    socket.destroy();
    await expect.poll(heldBy).toBeNull();
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(await health()).toMatchObject({ status: 'degraded' });
  });

  it('counts an answered dispatch as due, unless its type takes nothing', async () => {
    await post(0);
    const [{ id }] = (await claim()).body.dispatches;
    const { dispatches } = api.plane.collections;
    const row = (await dispatches.findOne({ _id: new ObjectId(id as string) }))!;
    await askQuestion(api.plane, row, { question: 'may I?' });
    expect(await health()).toMatchObject({ oldestDueSeconds: null });
    await call('POST', `/api/threads/${row.threadId!.toHexString()}/messages`, { body: 'you may' });
    await lastSeen(13);
    await expect.poll(async () => (await health()).oldestDueSeconds).toBeGreaterThanOrEqual(0);
    await dispatches.updateOne({ _id: row._id }, { $set: { 'question.answeredAt': ago(40) } });
    const { status, oldestDueSeconds } = await health();
    expect([status, Math.floor(oldestDueSeconds! / 10)]).toEqual(['degraded', 4]);
    const { revision } = (await call('GET', '/api/agent-types/research')).body;
    await call('PATCH', '/api/agent-types/research', { revision, paused: true });
    expect(await health()).toMatchObject({ status: 'ok', oldestDueSeconds: null });
  });

  it('counts work that is due, not what is held, paused by a person, or in back-off', async () => {
    const id = await post(30);
    await call('POST', `/api/messages/${id}/cancel`);
    expect(await health()).toMatchObject({ status: 'ok', oldestDueSeconds: null });
    await post(30);
    await call('PATCH', '/api/settings', { revision: 0, dispatchPaused: true });
    await expect.poll(health).toMatchObject({ status: 'ok' });
    expect(await metric('nobody_listening')).toBe(0);
    await call('PATCH', '/api/settings', { revision: 1, dispatchPaused: false });
    await expect.poll(health).toMatchObject({ status: 'degraded' });
    const { revision } = (await call('GET', '/api/agent-types/research')).body;
    await call('PATCH', '/api/agent-types/research', { revision, paused: true });
    expect(await health()).toMatchObject({ status: 'ok', oldestDueSeconds: null });
    await call('PATCH', '/api/agent-types/research', { revision: revision + 1, paused: false });
    await api.plane.collections.messages.updateMany({ tenantId }, { $set: { availableAt: ago(-60) } });
    expect(await health()).toMatchObject({ status: 'ok', oldestDueSeconds: null });
  });
});

describe('orchestrators connected', () => {
  it('are those with a stream or a claim, each once, and one that dies is gone', async () => {
    const [one, two] = [await listen('night'), await listen('day')];
    await expect.poll(connected).toBe(2);
    await claim();
    expect(await connected()).toBe(2);
    two.resetAndDestroy();
    await expect.poll(connected).toBe(1);
    // Its claims counted as listening too.
    one.resetAndDestroy();
    await expect.poll(connected).toBe(0);
  });

  it('stay one row however many streams they hold, and until the last of them ends; other readers have none', async () => {
    const { presence } = api.plane.collections;
    const rows = () => presence.countDocuments({ kind: 'stream' });
    const streams = await Promise.all(Array.from({ length: 20 }, () => listen()));
    const viewer = await listen(undefined, await api.tokenFor('viewer', { tenantId }));
    await expect.poll(connected).toBe(1);
    expect(await rows()).toBe(1);
    for (const socket of streams.slice(1)) socket.resetAndDestroy();
    await expect.poll(() => stream.hub.metrics().subscribers).toBe(2);
    expect([await rows(), await connected()]).toEqual([1, 1]);
    streams[0]!.resetAndDestroy();
    await expect.poll(connected).toBe(0);
    viewer.destroy();
    // One that comes and goes faster than a row is written leaves none behind.
    for (let round = 0; round < 50; round += 1) (await listen()).resetAndDestroy();
    await expect.poll(() => stream.hub.metrics().subscribers).toBe(0);
    await expect.poll(rows).toBe(0);
  });

  it('without a stream are gone twelve seconds after their last claim, and so are those of a killed web process', async () => {
    await claim();
    await expect.poll(connected).toBe(1);
    const { presence } = api.plane.collections;
    await presence.updateMany({ tenantId }, { $set: { seenAt: ago(6) } });
    expect(await connected()).toBe(1);
    await presence.updateMany({ tenantId }, { $set: { seenAt: ago(13) } });
    expect(await connected()).toBe(0);
  });
});

describe('history', () => {
  it('warns of a consumer whose place is gone, and of none that keeps up', async () => {
    (await listen('keeps-up')).destroy();
    (await listen('far-behind')).destroy();
    const now = stream.hub.position()!;
    expect((await call('POST', '/api/consumers/keeps-up/ack', { id: now }, orchestrator)).status).toBe(200);
    const identity = await ensureStreamIdentity(api.database.db);
    const { pipelineVersion, point } = parsePosition(now)!;
    const lastYear = Math.floor(ago(365 * 86_400).getTime() / 1_000)
      .toString(16)
      .toUpperCase();
    const old = encodePosition({ ...identity, pipelineVersion }, `82${lastYear}${point.slice(10)}`);
    await api.plane.collections.consumers.updateOne({ tenantId, name: 'far-behind' }, { $set: { position: old } });
    const { status, reasons, oplogWindowHours, consumers } = await health();
    expect(reasons).toEqual([expect.stringMatching(/^Consumer far-behind is 365 days behind .* its place is gone/)]);
    expect(status).toBe('degraded');
    expect(oplogWindowHours).toBeGreaterThan(0);
    expect(consumers).toMatchObject([
      { name: 'keeps-up', tokenAgeSeconds: expect.any(Number) },
      { name: 'far-behind', tokenAgeSeconds: expect.any(Number) },
    ]);
    expect(consumers[0]!.tokenAgeSeconds).toBeLessThan(60);
  });
});

const malformedOnes = async () =>
  (await health()).malformed.recent.toSorted((a, b) => (a.collection < b.collection ? -1 : 1));

describe('malformed documents', () => {
  it('are told of every collection whose lists leave them out, also where they were well before', async () => {
    const { runs, dispatches, reports } = api.plane.collections;
    const run = (await call('POST', '/api/runs', { intent: 'a page' })).body;
    await runs.updateOne({ _id: new ObjectId(run.id as string) }, { $set: { createdAt: 'yesterday' } } as object);
    const dispatch = await dispatches.insertOne({ tenantId, createdAt: 0, status: 'running' } as never);
    const report = await reports.insertOne({ tenantId, createdAt: new Date(), kind: 'rumour' } as never);
    await expect.poll(malformedOnes, { timeout: 20_000 }).toEqual([
      { collection: 'dispatches', id: String(dispatch.insertedId), reason: 'createdAt: got int, wants a date' },
      { collection: 'reports', id: String(report.insertedId), reason: expect.stringMatching(/^kind: got 'rumour'/) },
      { collection: 'runs', id: run.id, reason: 'createdAt: got string, wants a date' },
    ]);
    for (const path of ['/api/runs', '/api/dispatches', '/api/reports'])
      expect((await call('GET', path)).body.items).toEqual([]);
  });

  it('of a tenant that does not exist are shown to the default one, and to no other', async () => {
    const { insertedId } = await api.plane.collections.messages.insertOne({ tenantId: 'no-such', body: 'x' } as never);
    const { insertedId: own } = await api.plane.collections.messages.insertOne({ tenantId, body: 7 } as never);
    const known = await api.tokenFor('admin');
    const idsSeenBy = async (token: string) => {
      const { malformed } = (await call('GET', '/api/system-health', undefined, token)).body as SystemHealth;
      return malformed.recent.map(({ id }) => id);
    };
    await expect.poll(() => idsSeenBy(known), { timeout: 20_000 }).toEqual([String(insertedId)]);
    // And nothing beside it: the tenant was there before its agent types were.
    await expect.poll(() => idsSeenBy(admin), { timeout: 20_000 }).toEqual([String(own)]);
    expect(await idsSeenBy(known)).toEqual([String(insertedId)]);
    const { text } = await call('GET', '/api/metrics', undefined, known);
    expect(text).toMatch(/^switchboard_malformed_documents 1$/m);
  });
});

describe('metrics', () => {
  it('what only grows is a counter, and what has no figure yet is left out', async () => {
    // Asked at once, most have nothing to tell of the event loop since the one before.
    const answers = await Promise.all(Array.from({ length: 5 }, () => call('GET', '/api/metrics')));
    for (const answer of answers) expect(answer.text).not.toMatch(/ nan$/im);
    const { text } = answers[0]!;
    expect(text).toContain('# TYPE switchboard_stream_events_total counter');
    expect(text).toMatch(/^switchboard_stream_events_total \d+$/m);
    expect(text).toContain('# TYPE switchboard_up gauge');
  });
});

const sizes = ({ storage }: SystemHealth) =>
  Object.fromEntries(storage.map(({ collection, documents, bytes }) => [collection, { documents, bytes }]));

describe('storage', () => {
  it('lists every collection there is, each with its bound', async () => {
    const { db } = api.database;
    await call('PATCH', '/api/settings', { revision: 0, retention: { toolCallDays: 3 } });
    const there = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    const { storage } = await health();
    const bounds = Object.fromEntries(storage.map(({ collection, bound }) => [collection, bound]));
    for (const name of there.filter(found => !found.startsWith('system.'))) {
      expect(bounds[name], name).toBeDefined();
      expect(bounds[name], name).not.toContain('not the plane’s own');
    }
    expect(bounds['tool-calls']).toBe('3 days');
    await db.createCollection('left-by-somebody');
    const { storage: all }: SystemHealth = (await api.call('GET', '/api/system-health')).body;
    const row = all.find(({ collection }) => collection === 'left-by-somebody');
    expect(row).toMatchObject({ documents: 0, bound: expect.stringContaining('not the plane’s own') });
    await db.dropCollection('left-by-somebody');
  });

  it('tells how much lies there to the tenant that manages the others, for it is theirs too', async () => {
    const whole = sizes((await api.call('GET', '/api/system-health')).body);
    expect(whole['tenants']!.documents).toBe(await api.plane.collections.tenants.countDocuments());
    expect(whole['tenants']!.bytes).toBeGreaterThan(0);
    const own = sizes(await health());
    expect(Object.keys(own)).toEqual(Object.keys(whole));
    for (const size of Object.values(own)) expect(size).toEqual({ documents: null, bytes: null });
  });
});
