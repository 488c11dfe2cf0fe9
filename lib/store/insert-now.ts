import type { AnyBulkWriteOperation, Collection, Document, Filter, OptionalUnlessRequiredId, WithId } from 'mongodb';
import type { Transaction } from './transaction';

/** Field names (one level, dots allowed) that get the database's clock. */
export type NowFields = readonly string[];

/**
 * Inserts with times by the database's clock: `insertOne` cannot name `$$NOW`, an upsert with a pipeline can. The
 * document is taken literally, so text that begins with `$` stays text. The change stream shows it as an insert.
 */
export async function insertNow<T extends Document>(
  collection: Collection<T>,
  document: OptionalUnlessRequiredId<T>,
  now: NowFields = ['createdAt', 'updatedAt'],
  tx?: Transaction,
  writeConcern?: { w: 1 },
): Promise<WithId<T>> {
  const { filter, update } = upsertOf(document, now);
  const row = await collection.findOneAndUpdate(filter as Filter<T>, update, {
    upsert: true,
    returnDocument: 'after',
    ...(tx ? { session: tx } : {}),
    ...(writeConcern ? { writeConcern } : {}),
  });
  return row as WithId<T>;
}

/** In one round trip. */
export async function insertManyNow<T extends Document>(
  collection: Collection<T>,
  documents: OptionalUnlessRequiredId<T>[],
  now: NowFields = ['createdAt', 'updatedAt'],
  { tx, ordered = true, writeConcern }: { tx?: Transaction; ordered?: boolean; writeConcern?: { w: 1 } } = {},
): Promise<void> {
  const models = documents.map(document => ({ updateOne: { ...upsertOf(document, now), upsert: true } }));
  await collection.bulkWrite(models as AnyBulkWriteOperation<T>[], {
    ordered,
    ...(tx ? { session: tx } : {}),
    ...(writeConcern ? { writeConcern } : {}),
  });
}

function upsertOf<T extends Document>(document: OptionalUnlessRequiredId<T>, now: NowFields) {
  // A document with this _id already there would be replaced: ids are new ObjectIds, and the impossible filter on
  // createdAt turns a repeat into a duplicate-key error instead.
  const filter = { _id: document._id, createdAt: { $exists: false } };
  const times = Object.fromEntries(now.filter(field => !field.includes('.')).map(field => [field, '$$NOW']));
  const nested = now.filter(field => field.includes('.'));
  const update: Document[] = [{ $replaceWith: { $mergeObjects: [{ $literal: document }, times] } }];
  if (nested.length > 0) update.push({ $set: Object.fromEntries(nested.map(field => [field, '$$NOW'])) });
  return { filter, update };
}
