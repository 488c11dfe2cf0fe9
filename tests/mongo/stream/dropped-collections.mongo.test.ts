import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemorySink } from '@/tests/support/memory-sink';
import type { TestDatabase } from '@/tests/support/mongo';
import { createPlaneDatabase, read, startHub, stopHubs } from './stream-rig';

afterEach(stopHubs);

let database: TestDatabase;
beforeEach(async () => {
  database = await createPlaneDatabase();
});

const post = async (body: string): Promise<string> =>
  String((await database.db.collection('messages').insertOne({ body })).insertedId);
const told = (sink: MemorySink): unknown[] => sink.events.map(({ event, data }) => data['reason'] ?? event);
const upTo = (sink: MemorySink, id: string) => sink.until(({ events }) => events.at(-1)?.data['id'] === id);

describe('records that come or go with their whole collection', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['drop', () => database.db.dropCollection('messages')],
    ['rename', () => database.db.renameCollection('messages', 'put-away')],
    ['rename of another to its name', () => database.db.renameCollection('other', 'tasks', { dropTarget: true })],
    [
      '$out',
      () =>
        database.db
          .collection('other')
          .aggregate([{ $out: 'threads' }])
          .toArray(),
    ],
  ])('by %s: one reset for who listens and for who comes back, then live', async (_, act) => {
    await database.db.collection('other').insertOne({ body: 'x' });
    const { hub } = await startHub(database);
    const reader = read(hub);
    const seen = await post('before');
    await upTo(reader, seen);
    const before = reader.lastId!;
    const last = await post('not seen by who comes back');
    await upTo(reader, last);
    await act();
    await reader.until(sink => sink.of('reset').length > 0);
    const id = await post('after');
    await upTo(reader, id);
    expect(told(reader)).toEqual(['message-created', 'message-created', 'history-lost', 'message-created']);

    const { hub: other } = await startHub(database);
    const late = [read(hub, { after: before }), read(other, { after: before })];
    await Promise.all(late.map(sink => sink.until(() => sink.of('reset').length > 0)));
    const live = await post('live');
    for (const sink of late) {
      await upTo(sink, live);
      expect(told(sink).filter(what => what === 'history-lost')).toHaveLength(1);
    }
    const goesOn = read(other, { after: reader.of('reset')[0]!.id! });
    await upTo(goesOn, live);
    expect([goesOn.ids(), told(goesOn)]).toEqual([
      [id, live],
      ['message-created', 'message-created'],
    ]);
  });

  it('where no event speaks of them: nothing', async () => {
    const { hub } = await startHub(database);
    const reader = read(hub);
    await database.db.collection('other').insertOne({});
    await database.db.renameCollection('other', 'another');
    for (const name of ['another', 'consumers', 'idempotency-keys', 'migrations']) {
      await database.db.collection(name).drop();
    }
    await upTo(reader, await post('after'));
    expect(told(reader)).toEqual(['message-created']);
    expect(hub.metrics().reopensTotal).toBe(0);
  });
});
