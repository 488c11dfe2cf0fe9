import { Decimal128, Double, Long, MaxKey, ObjectId, UUID } from 'mongodb';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestDatabase } from '@/tests/support/mongo';
import { createPlaneDatabase, read, startHub, stopHubs } from './stream-rig';

afterEach(stopHubs);

let database: TestDatabase;
beforeAll(async () => {
  database = await createPlaneDatabase();
});

const COLLECTIONS = [
  'messages',
  'tasks',
  'threads',
  'projects',
  'agent-types-config',
  'runs',
  'dispatches',
  'reports',
  'sessions',
  'tool-calls',
  'tenants',
];

/** One odd value in every field that the stream looks at. */
const VALUES: unknown[] = [
  null,
  Number.NaN,
  Double.fromString('Infinity'),
  Decimal128.fromString('1e6000'),
  Long.MAX_VALUE,
  new Date(Date.UTC(275760, 8, 13)),
  new Date(0),
  new UUID(),
  new MaxKey(),
  true,
  '\ud800 a lone surrogate',
  'line\nbreak\r\n\nevent: admin\u2028',
  'x'.repeat(100_000),
  { $gt: '' },
  { kind: ['user'], id: { $ne: null }, answerId: 7, percent: 'all' },
  [[[]]],
  [{ status: 'done' }],
];
const FIELDS = [
  'tenantId',
  'body',
  'title',
  'from',
  'assignedTo',
  'status',
  'threadId',
  'priority',
  'slug',
  'source',
  'progress',
];

const refusable = (write: Promise<unknown>): Promise<unknown> => write.catch(() => undefined);

describe('documents nobody expects', () => {
  it('in any watched collection stop nothing and put out well-formed events alone', async () => {
    const { hub } = await startHub(database);
    const sink = read(hub);
    for (const name of COLLECTIONS) {
      const collection = database.db.collection(name);
      const documents = VALUES.flatMap(value => FIELDS.map(field => ({ _id: new ObjectId(), [field]: value })));
      const ids = documents.slice(0, 50).map(({ _id }) => _id);
      // Unique indexes refuse some of it; what they let through is what matters here.
      await refusable(collection.insertMany(documents, { ordered: false }));
      await refusable(collection.updateMany({}, { $set: { status: 'odd', 'a.b': 1 }, $unset: { body: 1 } }));
      await refusable(collection.updateMany({}, [{ $set: { question: [1], error: { a: 1 }, deletedAt: 'soon' } }]));
      await refusable(collection.deleteMany({ _id: { $in: ids } }));
    }
    const { insertedId } = await database.db.collection('messages').insertOne({ body: 'the last' });
    await sink.until(({ events }) => events.at(-1)?.data['id'] === String(insertedId), 25_000);
    expect(sink.errors).toEqual([]);
    expect(sink.of('reset')).toEqual([]);
    expect(hub.metrics().reopensTotal).toBe(0);
    for (const { id, event, data } of sink.events) {
      expect(id).toMatch(/^[A-Za-z0-9._-]{1,512}$/);
      expect(event).toMatch(/^[a-z-]+[-:][a-z]+$/);
      expect(data).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{24}$/), tenantId: 'default' });
      expect(JSON.stringify(data).length).toBeLessThan(4_000);
    }
  });

  it('near 16 MB, changed and looked up, pass too', async () => {
    const { hub } = await startHub(database);
    const sink = read(hub);
    const sessions = database.db.collection('sessions');
    const { insertedId: _id } = await sessions.insertOne({
      tenantId: 'default',
      status: 'open',
      text: 'x'.repeat(15_900_000),
    });
    await sessions.updateOne({ _id }, { $set: { status: 'closed', text: 'y'.repeat(15_900_000) } });
    await sink.until(s => s.of('session:close').length > 0, 25_000);
    expect(sink.events.map(({ event }) => event)).toEqual(['session:open', 'session:close']);
    expect(hub.metrics().reopensTotal).toBe(0);
  });

  it('whose _id makes a position impossible are passed over', async () => {
    const { hub } = await startHub(database);
    const sink = read(hub);
    const sessions = database.db.collection<{ _id: string | number }>('sessions');
    await sessions.insertMany([{ _id: 'k'.repeat(5_000) }, { _id: 1.5 }, { _id: 'short' }] as never);
    const { insertedId } = await database.db.collection('messages').insertOne({ body: 'x' });
    await sink.until(({ events }) => events.length > 0);
    expect(sink.ids()).toEqual([String(insertedId)]);
    expect(hub.position()!.length).toBeLessThanOrEqual(512);
  });
});
