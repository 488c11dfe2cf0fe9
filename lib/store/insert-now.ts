import type { Collection, Document, Filter, OptionalUnlessRequiredId, WithId } from 'mongodb';

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
): Promise<WithId<T>> {
  const { value } = insertNowModel(document, now);
  const row = await collection.findOneAndUpdate(value.filter as Filter<T>, value.update, {
    upsert: true,
    returnDocument: 'after',
  });
  return row as WithId<T>;
}

export function insertNowModel<T extends Document>(document: OptionalUnlessRequiredId<T>, now: NowFields) {
  // A document with this _id already there would be replaced: ids are new ObjectIds, and the impossible filter on
  // createdAt turns a repeat into a duplicate-key error instead.
  const filter = { _id: document._id, createdAt: { $exists: false } };
  const times = Object.fromEntries(now.filter(field => !field.includes('.')).map(field => [field, '$$NOW']));
  const nested = now.filter(field => field.includes('.'));
  const update: Document[] = [{ $replaceWith: { $mergeObjects: [{ $literal: document }, times] } }];
  if (nested.length > 0) update.push({ $set: Object.fromEntries(nested.map(field => [field, '$$NOW'])) });
  return { value: { filter, update } };
}
