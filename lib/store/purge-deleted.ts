import type { Collection, Document, Filter, ObjectId } from 'mongodb';

/** Long enough for every process to have read the event that `deletedAt` made, with the record it is about. */
const KEPT_MS = 60_000;
const AT_ONCE = 500;

/** Removes what was deleted a while ago. The write of `deletedAt` was the event; this one makes none. */
export async function purgeDeleted<T extends Document & { _id: ObjectId }>(collection: Collection<T>): Promise<number> {
  const isOld = { $expr: { $lte: ['$deletedAt', { $subtract: ['$$NOW', KEPT_MS] }] } };
  const rows = await collection
    .find({ deletedAt: { $type: 'date' }, ...isOld } as unknown as Filter<T>, { projection: { _id: 1 } })
    .limit(AT_ONCE)
    .toArray();
  if (rows.length === 0) return 0;
  const ids = rows.map(row => row['_id'] as ObjectId);
  const gone = await collection.deleteMany({ _id: { $in: ids }, deletedAt: { $type: 'date' } } as unknown as Filter<T>);
  return gone.deletedCount;
}
