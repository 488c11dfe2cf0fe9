import type { Collections } from './collections';
import type { DispatchDocument, ObjectId } from './documents';

export interface KeyHolder {
  dispatch: DispatchDocument;
  /** By the database's clock, which the lease was written with. */
  leaseHolds: boolean;
  readsHold: boolean;
}

/** The dispatch a key names, and what its clock still allows; null in any other tenant. */
export async function findKeyHolder(c: Collections, tenantId: string, id: ObjectId): Promise<KeyHolder | null> {
  const [row] = await c.dispatches
    .aggregate<DispatchDocument & Omit<KeyHolder, 'dispatch'>>([
      { $match: { _id: id, tenantId } },
      // A missing or null time compares lower than any date.
      { $set: { leaseHolds: { $gt: ['$leaseUntil', '$$NOW'] }, readsHold: { $gt: ['$keyReadsUntil', '$$NOW'] } } },
    ])
    .toArray();
  if (!row) return null;
  const { leaseHolds, readsHold, ...dispatch } = row;
  return { dispatch, leaseHolds, readsHold };
}
