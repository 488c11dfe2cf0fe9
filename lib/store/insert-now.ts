import type {
  AnyBulkWriteOperation,
  Collection,
  Document,
  Filter,
  OptionalUnlessRequiredId,
  UpdateFilter,
  WithId,
} from 'mongodb';
import type { Transaction } from './transaction';

/** Names at the top of the document that get the database's clock. */
export type NowFields = readonly string[];

/**
 * Inserts with times by the database's clock, which `insertOne` cannot name and an upsert can. Values are taken
 * literally, so text that begins with `$` stays text. The change stream shows it as an insert.
 */
export async function insertNow<T extends Document>(
  collection: Collection<T>,
  document: OptionalUnlessRequiredId<T>,
  now: NowFields = ['createdAt', 'updatedAt'],
  tx?: Transaction,
  writeConcern?: { w: 1 },
): Promise<WithId<T>> {
  const { filter, update } = upsertOf(document, now);
  const row = await collection.findOneAndUpdate(filter as Filter<T>, update as unknown as UpdateFilter<T>, {
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
  tx?: Transaction,
): Promise<void> {
  const models = documents.map(document => ({ updateOne: { ...upsertOf(document, now), upsert: true } }));
  await collection.bulkWrite(models as unknown as AnyBulkWriteOperation<T>[], {
    ordered: true,
    ...(tx ? { session: tx } : {}),
  });
}

/**
 * In the classic form of an update: the same as a pipeline costs the server half as much again. A time named in `now`
 * may stand in the document too; the clock's wins.
 */
function upsertOf<T extends Document>(document: OptionalUnlessRequiredId<T>, now: NowFields) {
  // A document with this _id already there would be changed: ids are new ObjectIds, and the impossible filter on
  // createdAt turns a repeat into a duplicate-key error instead.
  const filter = { _id: document._id, createdAt: { $exists: false } };
  const given = Object.entries(document).filter(([field]) => field !== '_id' && !now.includes(field));
  return {
    filter,
    update: {
      $setOnInsert: Object.fromEntries(given),
      $currentDate: Object.fromEntries(now.map(name => [name, true])),
    },
  };
}
