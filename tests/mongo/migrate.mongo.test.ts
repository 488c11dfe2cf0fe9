import { ObjectId } from 'mongodb';
import { expect, it } from 'vitest';
import { COLLECTION_NAMES } from '@/lib/store/collections';
import { migrate } from '@/lib/store/migrate';
import { createTestDatabase } from '../support/mongo';

const DAY_SECONDS = 86_400;

it('brings a database of an earlier version up to date, by as many processes as start at once', async () => {
  const { db } = await createTestDatabase();
  const keys = db.collection(COLLECTION_NAMES.idempotencyKeys);
  const dispatches = db.collection(COLLECTION_NAMES.dispatches);
  const names = async (collection: typeof keys) => (await collection.indexes()).map(({ name }) => name);
  await keys.createIndex({ createdAt: 1 }, { expireAfterSeconds: DAY_SECONDS });
  await dispatches.createIndex({ tenantId: 1, status: 1, endedAt: -1, claimedAt: 1, storedAt: 1 });
  await db.collection(COLLECTION_NAMES.messages).createIndex({ threadId: 1, seq: 1 });
  await db.collection<{ _id: number }>('migrations').insertOne({ _id: 1 });
  const old = { _id: { $type: 'objectId' }, $expr: { $lte: [{ $bsonSize: '$$ROOT' }, 262_144] } };
  await db.command({ collMod: COLLECTION_NAMES.messages, validator: old });

  await Promise.all([migrate(db), migrate(db), migrate(db)]);
  await migrate(db);

  const ttl = (await keys.indexes()).find(({ key }) => Object.keys(key).join() === 'createdAt');
  expect(ttl?.expireAfterSeconds).toBe(2 * DAY_SECONDS);
  expect(await names(dispatches)).toContain('ended');
  expect(await names(dispatches)).not.toContain('tenantId_1_status_1_endedAt_-1_claimedAt_1_storedAt_1');
  expect(await db.collection('migrations').countDocuments()).toBe(7);
  const messages = db.collection(COLLECTION_NAMES.messages);
  expect(await names(messages)).toContain('threadId_1_seq_1__id_1');
  expect(await names(messages)).not.toContain('threadId_1_seq_1');
  const takenUp = { _id: new ObjectId(), body: 'x'.repeat(262_144), rankAt: new Date() };
  await messages.insertOne(takenUp);
  await expect(messages.insertOne({ ...takenUp, _id: new ObjectId(), rankAt: null })).rejects.toThrow();
});
