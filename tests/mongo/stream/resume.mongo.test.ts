import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodePosition, parsePosition, positionTimeMs, tokenOf } from '@/lib/wire/position';
import type { MemorySink } from '@/tests/support/memory-sink';
import type { TestDatabase } from '@/tests/support/mongo';
import { createPlaneDatabase, read, startHub, stopHubs } from './stream-rig';

afterEach(stopHubs);

let database: TestDatabase;
beforeAll(async () => {
  database = await createPlaneDatabase();
});

const post = async (count: number, label = 'x'): Promise<string[]> => {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const { insertedId } = await database.db.collection('messages').insertOne({ body: `${label} ${at}` });
    ids.push(String(insertedId));
  }
  return ids;
};

const expectOneReset = (sink: MemorySink, reason: string): void => {
  expect(sink.of('reset')).toHaveLength(1);
  const [reset] = sink.events;
  expect(reset).toMatchObject({ event: 'reset', data: { reason, cursor: reset!.id } });
};

describe('resuming', () => {
  it('gives all 200 inserts made while no hub ran, once and in order, then live', async () => {
    const before = await startHub(database);
    const first = read(before.hub);
    const [seen] = await post(1);
    await first.until(({ events }) => events.length === 1);
    await before.stop();
    const missed = await post(200, 'missed');

    const after = await startHub(database);
    const second = read(after.hub, { after: first.lastId! });
    await second.until(({ events }) => events.length === missed.length);
    const live = await post(3, 'live');
    await second.until(({ events }) => events.length === missed.length + live.length);
    expect(second.ids()).toEqual([...missed, ...live]);
    expect(first.ids()).toEqual([seen]);
  });

  it('works the same when history is not in memory and has to be read back from the oplog', async () => {
    const before = await startHub(database);
    const first = read(before.hub);
    await post(1);
    await first.until(({ events }) => events.length === 1);
    const missed = await post(120, 'missed');
    // Room for ten events: everything older is only in the oplog.
    const limits = { ringEvents: 10, warmUpEvents: 5, catchUpCursors: 1 };
    const { hub } = await startHub(database, { limits });
    const readers = [1, 2, 3].map(() => read(hub, { after: first.events[0]!.id! }));
    const live = await post(20, 'live');
    for (const reader of readers) {
      await reader.until(({ events }) => events.length === missed.length + live.length);
      expect(reader.ids()).toEqual([...missed, ...live]);
    }
  });

  it('goes on from any event of a transaction, though all share one time', async () => {
    const { hub } = await startHub(database);
    const whole = read(hub);
    const session = database.client.startSession();
    await session.withTransaction(async () => {
      for (let at = 0; at < 3; at += 1)
        await database.db.collection('messages').insertOne({ body: `t${at}` }, { session });
    });
    await session.endSession();
    await whole.until(({ events }) => events.length === 3);
    const { hub: other } = await startHub(database, { limits: { ringEvents: 1 } });
    for (const from of [0, 1]) {
      const rest = read(other, { after: whole.events[from]!.id! });
      await rest.until(({ events }) => events.length === 2 - from);
      expect(rest.ids()).toEqual(whole.ids().slice(from + 1));
    }
  });

  it('from the position of a read misses nothing that the read did not show', async () => {
    const { hub } = await startHub(database);
    const position = hub.position()!;
    const [id] = await post(1);
    const sink = read(hub, { after: position });
    await sink.until(({ events }) => events.length === 1);
    expect(sink.ids()).toEqual([id]);
  });

  it('shows what came before the start among the recent events', async () => {
    const ids = await post(5, 'recent');
    const { hub } = await startHub(database);
    const recent = await hub.recent({
      principal: { tenantId: 'default', role: 'viewer', id: 'v', label: 'v', account: 'v', via: 'token' },
      filter: { types: ['message-created'] },
      limit: 5,
    });
    expect(recent.map(({ data }) => data['id'])).toEqual(ids.toReversed());
  });
});

describe('a position that cannot be resumed', () => {
  it('gives exactly one reset and then live events, each for its own reason', async () => {
    const { hub } = await startHub(database);
    const own = parsePosition(hub.position()!)!;
    const farToken = `82FFFFFF00${tokenOf(own.point).slice(10)}`;
    const cases: [string, string][] = [
      ['garbage', 'malformed-position'],
      [hub.position()!.slice(0, -1), 'malformed-position'],
      [encodePosition({ ...own, databaseId: 'f'.repeat(16) }, own.point), 'other-database'],
      [encodePosition({ ...own, streamEpoch: own.streamEpoch + 1 }, own.point), 'stream-restarted'],
      [encodePosition({ ...own, pipelineVersion: 'older123' }, own.point), 'pipeline-changed'],
      [encodePosition(own, farToken), 'ahead-of-clock'],
      // Well-formed and ours by its looks, but no change ever had it, or it is long gone.
      [encodePosition(own, `8200000001${'0'.repeat(8)}022C0100296E04`), 'history-lost'],
      [encodePosition(own, `8200000001AABBCCDD`), 'history-lost'],
    ];
    const sinks = cases.map(([after]) => read(hub, { after }));
    await Promise.all(sinks.map(sink => sink.until(({ events }) => events.length > 0)));
    const [id] = await post(1, 'after the reset');
    for (const [at, sink] of sinks.entries()) {
      await sink.until(({ events }) => events.length >= 2);
      expectOneReset(sink, cases[at]![1]);
      expect(sink.events.slice(1).map(({ data }) => data['id'])).toEqual([id]);
      expect(sink.errors).toEqual([]);
    }
    const resumed = read(hub, { after: sinks[0]!.events[0]!.id! });
    await resumed.until(({ events }) => events.length === 1);
    expect(resumed.ids()).toEqual([id]);
  });
});

describe('another database', () => {
  it('of the same server is known by its identity', async () => {
    const other = await createPlaneDatabase();
    const [{ hub: here }, { hub: there }] = [await startHub(database), await startHub(other)];
    const sink = read(there, { after: here.position()! });
    await sink.until(({ events }) => events.length === 1);
    expectOneReset(sink, 'other-database');
  });

  it('made by dropDatabase heals: one reset for each reader, and events flow again', async () => {
    const doomed = await createPlaneDatabase();
    const { hub } = await startHub(doomed);
    const sink = read(hub);
    const stale = hub.position()!;
    await doomed.db.collection('messages').insertOne({ body: 'before' });
    await sink.until(({ events }) => events.length === 1);
    await doomed.db.dropDatabase();
    await sink.until(s => s.of('reset').length > 0);
    const { insertedId } = await doomed.db.collection('messages').insertOne({ body: 'after' });
    await sink.until(({ events }) => events.at(-1)?.data['id'] === String(insertedId));
    expect(sink.events.map(({ event }) => event)).toEqual(['message-created', 'reset', 'message-created']);
    expect(sink.events[1]!.data['reason']).toBe('other-database');
    expect(hub.state).toBe('live');
    const late = read(hub, { after: stale });
    await late.until(({ events }) => events.length > 0);
    expectOneReset(late, 'other-database');
  });

  it('restored under the same name is another stream', async () => {
    const restored = await createPlaneDatabase();
    const first = await startHub(restored);
    const position = first.hub.position()!;
    await first.stop();
    const meta = restored.db.collection('plane-meta');
    const kept = await meta.find().toArray();
    await meta.drop();
    await restored.db.collection('plane-meta').insertMany(kept);
    const { hub } = await startHub(restored);
    const sink = read(hub, { after: position });
    await sink.until(({ events }) => events.length > 0);
    expectOneReset(sink, 'stream-restarted');
  });
});

describe('the identity', () => {
  it('is one, however many processes start at the same time', async () => {
    const fresh = await createPlaneDatabase();
    const hubs = await Promise.all([1, 2, 3, 4].map(() => startHub(fresh)));
    const ids = new Set(hubs.map(({ hub }) => parsePosition(hub.position()!)!.databaseId));
    expect(ids.size).toBe(1);
  });
});

describe('time in a position', () => {
  it('is the server’s, to the second', async () => {
    const { hub } = await startHub(database);
    await post(1);
    const sink = read(hub);
    await post(1);
    await sink.until(({ events }) => events.length > 0);
    const { point } = parsePosition(sink.lastId!)!;
    expect(Math.abs(positionTimeMs(tokenOf(point)) - Date.parse(String(sink.events[0]!.data['at'])))).toBeLessThan(
      2_000,
    );
  });
});
