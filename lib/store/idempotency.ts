import type { Collections } from './collections';
import type { IdempotencyDocument, ObjectId } from './documents';
import { isDuplicateKey } from './errors';

export interface Reservation {
  key: string;
  tenantId: string;
  bodyHash: string;
  owner: string;
  /** For the record, if the key is free; a key that is taken over keeps its own. */
  recordId: ObjectId;
  /** How long a request may be at it before it counts as crashed. */
  ownMs: number;
}

/**
 * Takes the key if it is free, takes it over if its owner crashed, else shows how it stands: one atomic command, by the
 * database's clock. Whether it is ours now, `owner` says.
 */
export async function reserveKey(c: Collections, reservation: Reservation): Promise<IdempotencyDocument> {
  try {
    return await upsert(c, reservation);
  } catch (error) {
    // Two upserts of one new key at once: the second finds the first's when it looks again.
    if (!isDuplicateKey(error)) throw error;
    return upsert(c, reservation);
  }
}

async function upsert(
  c: Collections,
  { key, tenantId, bodyHash, owner, recordId, ownMs }: Reservation,
): Promise<IdempotencyDocument> {
  const isNew = { $eq: [{ $type: '$owner' }, 'missing'] };
  const isCrashed = {
    $and: [{ $eq: ['$recordKey', null] }, { $eq: ['$bodyHash', bodyHash] }, { $lte: ['$ownedUntil', '$$NOW'] }],
  };
  const takes = { $or: [isNew, isCrashed] };
  const row = await c.idempotencyKeys.findOneAndUpdate(
    { _id: key },
    [
      {
        $set: {
          tenantId: { $ifNull: ['$tenantId', tenantId] },
          bodyHash: { $ifNull: ['$bodyHash', bodyHash] },
          recordId: { $ifNull: ['$recordId', recordId] },
          recordKey: { $ifNull: ['$recordKey', null] },
          owner: { $cond: [takes, owner, '$owner'] },
          ownedUntil: { $cond: [takes, { $add: ['$$NOW', ownMs] }, '$ownedUntil'] },
          createdAt: { $ifNull: ['$createdAt', '$$NOW'] },
        },
      },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  return row!;
}

export async function finishKey(c: Collections, key: string, owner: string, recordKey: string): Promise<void> {
  await c.idempotencyKeys.updateOne({ _id: key, owner }, { $set: { recordKey } });
}

/** Nothing was made: the next use begins anew. */
export async function freeKey(c: Collections, key: string, owner: string): Promise<void> {
  await c.idempotencyKeys.deleteOne({ _id: key, owner, recordKey: null });
}

/** Whether something was made is not known: the next use goes on at once, under the same record id. */
export async function leaveKey(c: Collections, key: string, owner: string): Promise<void> {
  await c.idempotencyKeys.updateOne({ _id: key, owner, recordKey: null }, [{ $set: { ownedUntil: '$$NOW' } }]);
}
