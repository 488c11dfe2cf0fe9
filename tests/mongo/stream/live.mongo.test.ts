import { ObjectId } from 'mongodb';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestDatabase } from '@/tests/support/mongo';
import { createPlaneDatabase, read, startHub, stopHubs } from './stream-rig';

afterEach(stopHubs);

let database: TestDatabase;
beforeAll(async () => {
  database = await createPlaneDatabase();
});

const insert = (collection: string, document: Record<string, unknown>) =>
  database.db.collection(collection).insertOne(document);

describe('a raw insert', () => {
  it('shows at once, with the defaults of what it left out', async () => {
    const { hub } = await startHub(database);
    const sink = read(hub);
    const { insertedId } = await insert('messages', { assignedTo: 'research', body: 'hello' });
    await sink.until(({ events }) => events.length > 0);
    const id = (insertedId as ObjectId).toHexString();
    expect(sink.events).toMatchObject([
      {
        event: 'message-created',
        data: {
          id,
          tenantId: 'default',
          threadId: id,
          priority: 'normal',
          kind: 'message',
          status: 'queued',
          assignedTo: 'research',
          hops: 0,
          projectId: null,
          inReplyTo: null,
        },
      },
    ]);
    expect(sink.events[0]!.data).not.toHaveProperty('body');
    expect(String(sink.events[0]!.data['at'])).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(sink.errors).toEqual([]);
  });

  it('comes whole to who takes work up here, unless it is long, malformed, taken up or read again', async () => {
    const { hub, raw } = await startHub(database);
    const before = hub.position()!;
    const sink = read(hub);
    const at = new Date();
    await insert('messages', { body: 7 });
    await insert('messages', { body: 'taken up', rankAt: at, createdAt: at, threadId: null, seq: 1 });
    const long = await insert('messages', { body: 'x'.repeat(80 * 1_024) });
    const short = await insert('messages', { assignedTo: 'research', body: 'hello', extra: { deep: [1] } });
    await sink.until(({ events }) => events.some(({ data }) => data['id'] === String(short.insertedId)));
    expect(sink.ids()).toContain(String(long.insertedId));
    const whole = { _id: short.insertedId, assignedTo: 'research', body: 'hello', extra: { deep: [1] } };
    expect(raw).toEqual([whole]);
    const late = await startHub(database);
    const again = read(late.hub, { after: before });
    await again.until(({ events }) => events.some(({ data }) => data['id'] === String(short.insertedId)));
    expect(late.raw).toEqual([]);
  });

  it('makes no event and stops nothing when it is malformed; the reason is told', async () => {
    const { hub, malformed } = await startHub(database);
    const sink = read(hub);
    const bad = [
      { assignedTo: 'research' },
      { assignedTo: 'research', body: 7 },
      { body: 'x', assignedTo: { $gt: '' } },
      { body: 'x', priority: 'asap' },
      { body: 'x', tenantId: 'nobody' },
      { body: 'x', tenantId: 5 },
      { body: 'x', threadId: 'not an id' },
      { body: 'x', hops: 'many' },
      { body: 'x', hops: 1.5 },
      { body: 'x', hops: -1 },
      { body: 'x', hops: Number.NaN },
      { body: 'x', from: 'me' },
    ];
    for (const document of bad) await insert('messages', document);
    const good = await insert('messages', { body: 'fine' });
    await sink.until(({ events }) => events.length > 0);
    expect(sink.ids()).toEqual([String(good.insertedId)]);
    expect(malformed).toHaveLength(bad.length);
    expect(malformed[0]).toMatchObject({ collection: 'messages', reason: 'body: absent, wants a string' });
    for (const { reason } of malformed)
      expect(reason).toMatch(/^(body|assignedTo|priority|tenantId|threadId|hops|from): /);
  });
});

describe('isolation', () => {
  it('shows a tenant its own events alone, from the very first one in it', async () => {
    const { hub } = await startHub(database);
    const own = read(hub, { principal: { tenantId: 'acme' } });
    const other = read(hub);
    await insert('tenants', { tenantId: 'acme', name: 'Acme' });
    const theirs = await insert('messages', { tenantId: 'acme', body: 'x' });
    const ours = await insert('messages', { body: 'x' });
    await Promise.all([own.until(({ events }) => events.length > 0), other.until(({ events }) => events.length > 0)]);
    expect(own.ids()).toEqual([String(theirs.insertedId)]);
    expect(other.ids()).toEqual([String(ours.insertedId)]);
  });
});

describe('deletes', () => {
  it('show once and keep their tenant, raw or marked first', async () => {
    const { hub } = await startHub(database);
    const messages = database.db.collection('messages');
    const raw = await messages.insertOne({ body: 'x', tenantId: 'default' });
    const marked = await messages.insertOne({ body: 'x' });
    const task = await insert('tasks', { title: 't', assignedTo: 'qa' });
    const type = await insert('agent-types-config', { slug: 'extra', tenantId: 'default' });
    const sink = read(hub, { after: hub.position()! });
    await messages.deleteOne({ _id: raw.insertedId });
    await messages.updateOne({ _id: marked.insertedId }, { $set: { deletedAt: new Date() } });
    await messages.deleteOne({ _id: marked.insertedId });
    await database.db.collection('tasks').deleteOne({ _id: task.insertedId });
    await database.db.collection('agent-types-config').deleteOne({ _id: type.insertedId });
    await sink.until(s => s.of('agent-type-deleted').length > 0);
    const deleted = sink.events.filter(({ event }) => event!.endsWith('-deleted'));
    expect(deleted).toMatchObject([
      { event: 'message-deleted', data: { id: String(raw.insertedId), tenantId: 'default' } },
      { event: 'message-deleted', data: { id: String(marked.insertedId), tenantId: 'default' } },
      { event: 'task-deleted', data: { id: String(task.insertedId), assignedTo: 'qa' } },
      { event: 'agent-type-deleted', data: { id: String(type.insertedId), slug: 'extra' } },
    ]);
  });
});

describe('a record that was marked and is gone by the time it is looked up', () => {
  it('shows as deleted all the same, once', async () => {
    const { hub } = await startHub(database);
    const messages = database.db.collection('messages');
    const { insertedId: _id } = await messages.insertOne({ body: 'x', assignedTo: 'qa' });
    const sink = read(hub, { after: hub.position()!, filter: { types: ['message-deleted'] } });
    const session = database.client.startSession();
    await session.withTransaction(async () => {
      await messages.updateOne({ _id }, { $set: { deletedAt: new Date() } }, { session });
      await messages.deleteOne({ _id }, { session });
    });
    await session.endSession();
    const { insertedId: last } = await messages.insertOne({ body: 'x' });
    await messages.deleteOne({ _id: last });
    await sink.until(({ events }) => events.at(-1)?.data['id'] === String(last));
    expect(sink.ids()).toEqual([String(_id), String(last)]);
  });
});

describe('updates', () => {
  it('show when a routing field changed, and not for leases, ledgers and adoption', async () => {
    const { hub } = await startHub(database);
    const sink = read(hub);
    const messages = database.db.collection('messages');
    const { insertedId: _id } = await messages.insertOne({ body: 'x', assignedTo: 'qa' });
    const at = new Date();
    await messages.updateOne({ _id }, { $set: { rankAt: at, adoptedAt: at, status: 'queued', threadId: _id, seq: 1 } });
    await messages.updateOne({ _id }, { $set: { 'ledger.streamedAt': at, updatedAt: at } });
    await messages.updateOne({ _id }, { $set: { status: 'claimed', epoch: 1 } });
    const dispatches = database.db.collection('dispatches');
    const dispatch = await dispatches.insertOne({ tenantId: 'default', status: 'running', epoch: 1, agentType: 'qa' });
    await dispatches.updateOne({ _id: dispatch.insertedId }, { $set: { leaseUntil: at, firstHeartbeatAt: at } });
    await dispatches.updateOne({ _id: dispatch.insertedId }, { $set: { status: 'done' } });
    await sink.until(s => s.of('dispatch-updated').length > 0);
    expect(sink.events.map(({ event, data }) => [event, data['status']])).toEqual([
      ['message-created', 'queued'],
      ['message-updated', 'claimed'],
      ['dispatch-created', 'running'],
      ['dispatch-updated', 'done'],
    ]);
  });

  it('each show what they made of the record, also when all of them are over before the first is read', async () => {
    const { hub } = await startHub(database);
    const after = hub.position()!;
    const at = new Date();
    const messages = database.db.collection('messages');
    const taken = { body: 'x', assignedTo: 'qa', rankAt: at, seq: 1, status: 'queued' };
    const { insertedId: message } = await messages.insertOne({ ...taken });
    const dispatches = database.db.collection('dispatches');
    const running = { tenantId: 'default', status: 'running', epoch: 1, source: { kind: 'message', id: message } };
    const { insertedId: dispatch } = await dispatches.insertOne(running);
    for (const status of ['claimed', 'queued', 'claimed', 'done']) {
      await messages.updateOne({ _id: message }, [{ $set: { status } }]);
      await dispatches.updateOne({ _id: dispatch }, { $set: { status: status === 'done' ? 'done' : 'waiting' } });
      await dispatches.updateOne({ _id: dispatch }, { $inc: { epoch: 1 } });
    }
    await messages.deleteOne({ _id: message });
    const late = await startHub(database);
    const sink = read(late.hub, { after });
    await sink.until(s => s.of('message-deleted').length > 0);
    const shown = (id: unknown, field: string) =>
      sink.events.filter(({ data }) => data['id'] === String(id)).map(({ data }) => data[field]);
    expect(shown(message, 'status')).toEqual(['queued', 'claimed', 'queued', 'claimed', 'done', 'done']);
    expect(shown(dispatch, 'epoch')).toEqual([1, 1, 2, 3, 4, 4, 5]);
  });

  it('of progress come at most once a second, the latest last', async () => {
    const { hub } = await startHub(database);
    const dispatches = database.db.collection('dispatches');
    const { insertedId: _id } = await dispatches.insertOne({ tenantId: 'default', status: 'running' });
    const sink = read(hub, { filter: { types: ['dispatch-updated'] } });
    const startedAt = performance.now();
    for (let percent = 1; percent <= 40; percent += 1) {
      await dispatches.updateOne({ _id }, { $set: { progress: { percent, state: 'working', at: new Date() } } });
    }
    await sink.until(s => JSON.stringify(s.events.at(-1)?.data['progress'])?.includes('"percent":40') ?? false);
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(sink.events.length).toBeGreaterThanOrEqual(2);
    expect(sink.events.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
  });
});

describe('agent activity', () => {
  it('comes as steps of tool calls and sessions', async () => {
    const { hub } = await startHub(database);
    const sink = read(hub);
    const sessions = database.db.collection('sessions');
    const calls = database.db.collection('tool-calls');
    const session = await sessions.insertOne({ tenantId: 'default', status: 'open', openedAt: new Date() });
    const call = { tenantId: 'default', tool: 'reply', sessionId: session.insertedId, status: 'started' };
    const first = await calls.insertOne({ ...call });
    const second = await calls.insertOne({ ...call });
    await calls.updateOne({ _id: first.insertedId }, { $set: { status: 'done', durationMs: 12 } });
    await calls.updateOne({ _id: first.insertedId }, { $set: { updatedAt: new Date() } });
    await calls.updateOne({ _id: second.insertedId }, { $set: { status: 'error', error: 'boom', durationMs: 3 } });
    await sessions.updateOne({ _id: session.insertedId }, { $set: { lastActiveAt: new Date() } });
    await sessions.updateOne({ _id: session.insertedId }, { $set: { status: 'expired', idleMs: 1_800_000 } });
    await sink.until(s => s.of('session:expired').length > 0);
    const sessionId = String(session.insertedId);
    expect(sink.events.map(({ event, data }) => ({ event, ...data }))).toMatchObject([
      { event: 'session:open', sessionId },
      { event: 'tool:start', tool: 'reply', callId: String(first.insertedId), sessionId },
      { event: 'tool:start', callId: String(second.insertedId) },
      { event: 'tool:done', callId: String(first.insertedId), durationMs: 12 },
      { event: 'tool:error', callId: String(second.insertedId), error: 'boom' },
      { event: 'session:expired', sessionId, idleMs: 1_800_000 },
    ]);
  });
});

const waitingDispatch = (agentType: string) =>
  insert('dispatches', { agentType, status: 'waiting', source: { kind: 'task', id: new ObjectId() }, epoch: 1 });

describe('a reader of one addressee', () => {
  it('hears of its dispatches too, live and again: an answer makes one due', async () => {
    const { hub } = await startHub(database);
    const filter = { assignedTo: 'research' };
    const before = hub.position()!;
    const sink = read(hub, { filter });
    const theirs = await waitingDispatch('qa');
    const ours = await waitingDispatch('research');
    for (const { insertedId: _id } of [theirs, ours]) {
      await database.db
        .collection('dispatches')
        .updateOne({ _id }, { $set: { question: { answerId: new ObjectId() } } });
    }
    const heard = [
      { event: 'dispatch-created', data: { id: String(ours.insertedId) } },
      { event: 'dispatch-updated', data: { id: String(ours.insertedId), resumable: true } },
    ];
    await sink.until(({ events }) => events.length === 2);
    expect(sink.events).toMatchObject(heard);
    const again = read(hub, { filter, after: before });
    await again.until(({ events }) => events.length === 2);
    expect(again.events).toMatchObject(heard);
  });

  it('hears of its own agent type, changed and gone: a raised limit makes work due, and no work says so', async () => {
    const { hub } = await startHub(database);
    const sink = read(hub, { filter: { assignedTo: 'raised' } });
    const types = database.db.collection('agent-types-config');
    const other = await types.insertOne({ slug: 'not-raised', concurrency: 1 });
    const ours = await types.insertOne({ slug: 'raised', concurrency: 1 });
    for (const { insertedId: _id } of [other, ours]) {
      await types.updateOne({ _id }, { $set: { concurrency: 2 } });
      await types.deleteOne({ _id });
    }
    await sink.until(({ events }) => events.length === 3);
    expect(sink.events).toMatchObject([
      { event: 'agent-type-created', data: { id: String(ours.insertedId) } },
      { event: 'agent-type-updated', data: { id: String(ours.insertedId), slug: 'raised' } },
      { event: 'agent-type-deleted', data: { id: String(ours.insertedId) } },
    ]);
  });
});
