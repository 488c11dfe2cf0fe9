import { ObjectId, type Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecentEvent } from '@/lib/domain/event/schema';
import { STALE_KINDS, type CleanUpReport } from '@/lib/domain/maintenance/schema';
import { cleanUpAll } from '@/lib/services/maintenance/clean-up';
import { openOrTouchSession } from '@/lib/services/sessions/open-session';
import { startToolCall } from '@/lib/services/tool-calls/start-tool-call';
import { COLLECTION_NAMES } from '@/lib/store/collections';
import { STALE_RULES } from '@/lib/store/stale-records';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

const MINUTE = 60_000;
const DAY = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms);

let api: ApiServer;
let tenantId: string;
let admin: string;
let orchestrator: string;
let count = 0;

beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());
beforeEach(async () => {
  count += 1;
  tenantId = `keeping-${count}`;
  await api.call('POST', '/api/tenants', { body: { tenantId, name: tenantId } });
  admin = await api.tokenFor('admin', { tenantId });
  orchestrator = await api.tokenFor('orchestrator', { tenantId });
});

const call = (method: string, path: string, body?: unknown, token = admin) => api.call(method, path, { body, token });
const clean = async (dryRun: boolean): Promise<CleanUpReport> => {
  const answer = await call('POST', '/api/maintenance/cleanup', { dryRun });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
const staleRecords = async (): Promise<number> => (await call('GET', '/api/system-health')).body.staleRecords;
const idsOf = ({ items }: CleanUpReport) => items.map(({ kind, id }) => `${kind} ${id}`).toSorted();
const countsOf = ({ counts }: CleanUpReport) => Object.fromEntries(counts.map(row => [row.kind, row.count]));
const c = () => api.plane.collections;

const claimOne = async (assignedTo = 'research') => {
  const message = (await call('POST', '/api/messages', { body: 'work', assignedTo })).body;
  const source = { kind: 'message', id: message.id };
  const { dispatches } = (await call('POST', '/api/dispatches/claim', { consumer: 'c', source }, orchestrator)).body;
  return { message, dispatch: dispatches[0] };
};
const complete = ({ id, epoch }: { id: string; epoch: number }) =>
  call('POST', `/api/dispatches/${id}/complete`, { epoch, output: 'done' }, orchestrator);
const openSession = (key: string) =>
  openOrTouchSession(api.plane, {
    tenantId,
    key,
    client: `client of ${key}`,
    agentType: 'research',
    dispatchId: null,
    threadId: null,
    createdBy: 'token-1',
  });
const set = (collection: { updateOne(filter: Document, update: Document): unknown }, _id: unknown, fields: Document) =>
  collection.updateOne({ _id }, { $set: fields });

/** One stale record of every kind, and beside each one that is nearly so. Answers with the stale ones. */
async function seed(): Promise<string[]> {
  const [idle, busy, ended, endedLately] = [
    await openSession('idle'),
    await openSession('busy'),
    await openSession('ended'),
    await openSession('ended-lately'),
  ];
  await set(c().sessions, idle._id, { lastActiveAt: ago(31 * MINUTE) });
  await set(c().sessions, busy._id, { lastActiveAt: ago(29 * MINUTE) });
  await set(c().sessions, ended._id, { status: 'closed', endedAt: ago(31 * DAY) });
  await set(c().sessions, endedLately._id, { status: 'closed', endedAt: ago(29 * DAY) });

  const callOf = async (session: typeof idle, fields: Document): Promise<string> => {
    const id = await startToolCall(api.plane, session, 'read_thread');
    await set(c().toolCalls, new ObjectId(id), fields);
    return id;
  };
  await set(c().sessions, busy._id, { lastActiveAt: ago(1 * MINUTE) });
  const lost = await callOf(busy, { startedAt: ago(11 * MINUTE) });
  await callOf(busy, { startedAt: ago(9 * MINUTE) });
  const left = await callOf(endedLately, { startedAt: ago(2 * MINUTE) });
  await callOf(endedLately, { startedAt: ago(MINUTE / 2) });
  const oldCall = await callOf(busy, { status: 'done', startedAt: ago(31 * DAY), endedAt: ago(31 * DAY) });
  await callOf(busy, { status: 'done', startedAt: ago(29 * DAY), endedAt: ago(29 * DAY) });
  await set(c().sessions, idle._id, { lastActiveAt: ago(31 * MINUTE) });

  const consumers = await c().consumers.insertMany(
    [8, 6].map(days => ({
      _id: new ObjectId(),
      tenantId,
      name: `seen-${days}-days-ago`,
      tokenId: 't',
      position: null,
      positionOrder: null,
      createdAt: ago(9 * DAY),
      createdBy: 't',
      updatedAt: ago(9 * DAY),
      ackedAt: null,
      lastSeenAt: ago(days * DAY),
      connectionId: null,
    })),
  );
  const key = { tenantId, bodyHash: 'h', recordId: new ObjectId(), recordKey: 'k', owner: 'o', ownedUntil: ago(0) };
  await c().idempotencyKeys.insertMany([
    { ...key, _id: `${tenantId}:old`, createdAt: ago(25 * 60 * MINUTE) },
    { ...key, _id: `${tenantId}:new`, createdAt: ago(23 * 60 * MINUTE) },
  ]);
  const activity = {
    tenantId,
    actor: { kind: 'system', id: 's', label: 's' },
    subject: { kind: 'x', id: 'x' },
    changes: [],
  };
  const oldActivity = new ObjectId();
  await c().activity.insertMany([
    { ...activity, _id: oldActivity, at: ago(91 * DAY), action: 'old.row' },
    { ...activity, _id: new ObjectId(), at: ago(89 * DAY), action: 'young.row' },
  ]);

  const [old, young, unsettled] = [await claimOne('qa'), await claimOne('seo'), await claimOne('design')];
  for (const { dispatch } of [old, young, unsettled]) await complete(dispatch);
  await set(c().dispatches, new ObjectId(old.dispatch.id as string), { endedAt: ago(181 * DAY) });
  await set(c().dispatches, new ObjectId(young.dispatch.id as string), { endedAt: ago(179 * DAY) });
  await set(c().dispatches, new ObjectId(unsettled.dispatch.id as string), {
    endedAt: ago(181 * DAY),
    settled: false,
  });
  const lapsed = await claimOne('legal');
  await claimOne('finance');
  await set(c().dispatches, new ObjectId(lapsed.dispatch.id as string), { leaseUntil: ago(1_000) });
  return [
    `expired-session ${idle._id.toHexString()}`,
    `old-session ${ended._id.toHexString()}`,
    `abandoned-tool-call ${lost}`,
    `abandoned-tool-call ${left}`,
    `old-tool-call ${oldCall}`,
    `unseen-consumer ${consumers.insertedIds[0]!.toHexString()}`,
    `old-idempotency-key ${tenantId}:old`,
    `old-activity ${oldActivity.toHexString()}`,
    `old-dispatch ${old.dispatch.id}`,
    `lapsed-claim ${lapsed.dispatch.id}`,
  ].toSorted();
}

/** Every document of the tenant but the log of the clean-up itself and what reading writes. */
async function everything(): Promise<string[]> {
  const lists = await Promise.all(
    Object.entries(c())
      .filter(([name]) => !['presence'].includes(name))
      .map(([, collection]) =>
        collection.find({ tenantId, action: { $ne: 'maintenance.cleanup' } }, { projection: { _id: 1 } }).toArray(),
      ),
  );
  return lists.flat().map(({ _id }) => String(_id));
}

describe('clean-up', () => {
  it('does what its dry run lists and health counts, no more and no less, and nothing the second time', async () => {
    const stale = await seed();
    const counts = { ...Object.fromEntries(STALE_KINDS.map(kind => [kind, 1])), 'abandoned-tool-call': 2 };
    const before = await everything();
    const dry = await clean(true);
    expect(idsOf(dry)).toEqual(stale);
    expect(dry).toMatchObject({ dryRun: true, total: stale.length, omitted: 0, remaining: stale.length });
    expect(countsOf(dry)).toEqual(counts);
    expect(dry.items.find(({ kind }) => kind === 'unseen-consumer')).toMatchObject({
      action: 'remove',
      collection: 'consumers',
      what: 'seen-8-days-ago',
    });
    expect(await staleRecords()).toBe(stale.length);
    expect(await everything()).toEqual(before);

    const run = await clean(false);
    expect(idsOf(run)).toEqual(stale);
    expect(run).toMatchObject({ dryRun: false, total: stale.length, omitted: 0, remaining: 0 });
    expect(countsOf(run)).toEqual(counts);
    expect(await staleRecords()).toBe(0);
    expect(await clean(true)).toMatchObject({ total: 0, items: [] });
    expect(await clean(false)).toMatchObject({ total: 0, items: [], remaining: 0 });

    const after = await everything();
    const removed = dry.items.filter(({ action }) => action === 'remove').map(({ id }) => id);
    expect(before.filter(id => !after.includes(id)).toSorted()).toEqual(removed.toSorted());
    const ended = (kind: string) => dry.items.find(item => item.kind === kind)!.id;
    expect((await call('GET', `/api/dispatches/${ended('lapsed-claim')}`)).body.status).toBe('lapsed');
    const session = await c().sessions.findOne({ _id: new ObjectId(ended('expired-session')) });
    expect(session).toMatchObject({ status: 'expired' });
    const tool = await c().toolCalls.findOne({ _id: new ObjectId(ended('abandoned-tool-call')) });
    expect(tool).toMatchObject({ status: 'error', error: 'abandoned' });
  });

  it('leaves a row in the log of who did it and how much, a dry run none', async () => {
    await seed();
    await clean(true);
    expect(await c().activity.countDocuments({ tenantId, action: 'maintenance.cleanup' })).toBe(0);
    await clean(false);
    const [row] = await c().activity.find({ tenantId, action: 'maintenance.cleanup' }).toArray();
    expect(row).toMatchObject({ actor: { kind: 'admin' }, subject: { kind: 'tenant', id: tenantId } });
    expect(row!.changes).toContainEqual({ field: 'abandoned-tool-call', before: 2, after: 'ended' });
    expect(row!.changes).toContainEqual({ field: 'old-dispatch', before: 1, after: 'removed' });
  });

  it('by two at once does everything once', async () => {
    const stale = await seed();
    const reports = await Promise.all([clean(false), clean(false), clean(false)]);
    expect(reports.reduce((sum, { total }) => sum + total, 0)).toBe(stale.length);
    expect(await staleRecords()).toBe(0);
  });

  it('goes through more than a batch, and names the first thousand', async () => {
    const rows = Array.from({ length: 1_700 }, (_, n) => ({
      _id: new ObjectId(),
      tenantId,
      at: ago(100 * DAY + n),
      actor: { kind: 'system', id: 's', label: 's' },
      action: 'old.row',
      subject: { kind: 'x', id: 'x' },
      changes: [],
    }));
    await c().activity.insertMany(rows);
    expect(await clean(true)).toMatchObject({ total: 1_700, omitted: 700, remaining: 1_700 });
    expect(await staleRecords()).toBe(1_700);
    const run = await clean(false);
    expect(run).toMatchObject({ total: 1_700, omitted: 700, remaining: 0 });
    expect(run.items).toHaveLength(1_000);
  });

  it('goes by the settings of the tenant', async () => {
    const { dispatch } = await claimOne();
    await complete(dispatch);
    await set(c().dispatches, new ObjectId(dispatch.id as string), { endedAt: ago(8 * DAY) });
    expect((await clean(true)).total).toBe(0);
    await call('PATCH', '/api/settings', { revision: 0, retention: { dispatchDays: 7 } });
    expect(idsOf(await clean(true))).toEqual([`old-dispatch ${dispatch.id}`]);
  });

  it('is run by nobody for every tenant, with a row only where it did something', async () => {
    const stale = await seed();
    const quiet = `${tenantId}-quiet`;
    await api.call('POST', '/api/tenants', { body: { tenantId: quiet, name: quiet } });
    await cleanUpAll(api.plane, new AbortController().signal);
    expect(await staleRecords()).toBe(0);
    const rows = await c()
      .activity.find({ action: 'maintenance.cleanup', tenantId: { $in: [tenantId, quiet] } })
      .toArray();
    expect(rows).toMatchObject([{ tenantId, actor: { kind: 'system' } }]);
    expect(rows[0]!.changes.reduce((sum, { before }) => sum + Number(before), 0)).toBe(stale.length);
    await cleanUpAll(api.plane, AbortSignal.abort());
  });

  it('is for those who may write settings, and wants a body it knows', async () => {
    for (const role of ['viewer', 'controller', 'orchestrator']) {
      const token = await api.tokenFor(role, { tenantId });
      expect((await call('POST', '/api/maintenance/cleanup', { dryRun: true }, token)).status, role).toBe(403);
    }
    const operator = await api.tokenFor('operator', { tenantId });
    expect((await call('POST', '/api/maintenance/cleanup', { dryRun: true }, operator)).status).toBe(200);
    expect((await call('POST', '/api/maintenance/cleanup', { dryrun: true })).status).toBe(422);
  });

  it('shows on the stream what it ends, and nothing of what it removes', async () => {
    await seed();
    if (!api.plane.stream) await api.withStream();
    const recent = async (): Promise<RecentEvent[]> => (await call('GET', '/api/events/recent?limit=500')).body.items;
    const marker = (await call('POST', '/api/threads', { subject: 'after the seed' })).body.id;
    await expect.poll(async () => (await recent()).some(({ data }) => data['id'] === marker)).toBe(true);
    const seen = new Set((await recent()).map(({ id }) => id));
    await clean(false);
    const news = async () => (await recent()).filter(({ id }) => !seen.has(id)).map(({ event }) => event);
    const wanted = ['dispatch-updated', 'message-updated', 'session:expired', 'tool:error', 'tool:error'];
    await expect.poll(async () => (await news()).toSorted(), { timeout: 5_000 }).toEqual(wanted);
  });

  it('ends a lapsed claim that cannot be written out, and goes on', async () => {
    const [spoilt, other] = [await claimOne('qa'), await claimOne('seo')];
    const old = { leaseUntil: ago(MINUTE) };
    await set(c().dispatches, new ObjectId(spoilt.dispatch.id as string), { ...old, leaseUntil: ago(DAY), usages: 5 });
    await set(c().dispatches, new ObjectId(other.dispatch.id as string), old);
    expect(countsOf(await clean(false))).toMatchObject({ 'lapsed-claim': 2 });
    expect((await call('GET', `/api/messages/${other.message.id}`)).body).toMatchObject({ status: 'queued' });
    await set(c().dispatches, new ObjectId(spoilt.dispatch.id as string), { usages: [] });
  });

  it('finds every kind by an index', async () => {
    await seed();
    const { db } = api.database;
    await db.command({ profile: 2 });
    await clean(true);
    await clean(false);
    await db.command({ profile: 0 });
    const seen = await db
      .collection('system.profile')
      .find({ 'command.aggregate': { $in: STALE_RULES.map(({ collection }) => COLLECTION_NAMES[collection]) } })
      .toArray();
    expect(seen.length).toBeGreaterThanOrEqual(2 * STALE_RULES.length);
    const scans = seen.filter(row => !/IXSCAN|EOF/.test(String(row['planSummary'])));
    expect(scans.map(row => [row['ns'], row['planSummary'], row['command'].pipeline])).toEqual([]);
  });
});

describe('what refers to a removed dispatch', () => {
  it('still reads, and dead work can be driven again without it', async () => {
    const [done, dead] = [await claimOne('qa'), await claimOne('seo')];
    await complete(done.dispatch);
    const { id, epoch } = dead.dispatch;
    await call('POST', `/api/dispatches/${id}/fail`, { epoch, error: 'no', retryable: false }, orchestrator);
    for (const { dispatch } of [done, dead]) {
      await set(c().dispatches, new ObjectId(dispatch.id as string), { endedAt: ago(200 * DAY) });
    }
    expect((await clean(false)).total).toBe(2);
    const message = await call('GET', `/api/messages/${done.message.id}`);
    expect(message).toMatchObject({ status: 200, body: { status: 'done', dispatchId: done.dispatch.id } });
    const thread = await call('GET', `/api/threads/${done.message.threadId}/messages`);
    expect(thread.body.items[1]).toMatchObject({ body: 'done', from: { dispatchId: done.dispatch.id } });
    expect((await call('GET', `/api/dispatches/${done.dispatch.id}`)).status).toBe(404);
    const again = await call('POST', `/api/messages/${dead.message.id}/redrive`);
    expect(again.body).toMatchObject({ status: 'queued', attempts: 0 });
    const source = { kind: 'message', id: dead.message.id };
    const { dispatches } = (await call('POST', '/api/dispatches/claim', { consumer: 'c', source }, orchestrator)).body;
    expect(dispatches[0]).toMatchObject({ epoch: 2, attempt: 1 });
  });
});
