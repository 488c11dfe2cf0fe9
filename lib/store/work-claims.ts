import type { Collection, Document, Filter, ObjectId, UpdateFilter } from 'mongodb';
import type { Collections } from './collections';
import { updateEach } from './update-each';
import { PROJECTION, WORK_WORDS, workCollection, type WorkDocument, type WorkKind } from './work-items';

/** The second gate of a claim: the work item is still due for that type, at the epoch that was read. */

export interface ClaimWork {
  kind: WorkKind;
  id: ObjectId;
  fromStatus: string[];
  fromEpoch: number;
  /** As it was read: somebody may have given it to another type since. Absent for a resume, which goes on with what it has. */
  assignedTo?: string;
  epoch: number;
  dispatchId: ObjectId;
  streamedAt: Date | null;
  /** A resume goes on with the attempt that waited. */
  countsAttempt: boolean;
}

const takeItem = (claim: ClaimWork) => ({
  filter: {
    _id: claim.id,
    status: { $in: claim.fromStatus },
    epoch: claim.fromEpoch,
    ...(claim.assignedTo === undefined ? {} : { assignedTo: claim.assignedTo }),
    deletedAt: { $exists: false },
  } as Filter<WorkDocument>,
  update: [
    {
      $set: {
        status: WORK_WORDS[claim.kind].active,
        epoch: claim.epoch,
        attempts: claim.countsAttempt ? { $add: ['$attempts', 1] } : '$attempts',
        dispatchId: claim.dispatchId,
        reason: null,
        updatedAt: '$$NOW',
        'ledger.claimedAt': { $ifNull: ['$ledger.claimedAt', '$$NOW'] },
        'ledger.streamedAt': { $ifNull: ['$ledger.streamedAt', claim.streamedAt] },
      },
    },
  ],
});

/** The second gate of a claim: the item is still due, at the epoch that was read. Null: it is not. */
export async function claimWorkItem(c: Collections, claim: ClaimWork): Promise<WorkDocument | null> {
  const { filter, update } = takeItem(claim);
  return workCollection(c, claim.kind).findOneAndUpdate(filter, update, {
    returnDocument: 'after',
    projection: PROJECTION,
  });
}

/** The same for many of one kind, in two round trips. Those that are not due any more are missing from the answer. */
export async function claimWorkItems(c: Collections, kind: WorkKind, claims: ClaimWork[]): Promise<WorkDocument[]> {
  const collection = workCollection(c, kind);
  await collection.bulkWrite(
    claims.map(claim => ({ updateOne: takeItem(claim) })),
    { ordered: false },
  );
  return findHeldBy(collection, claims, PROJECTION);
}

/** A claim of an item as it was read, at the database's time. */
export interface TimedClaim {
  claim: ClaimWork;
  item: WorkDocument;
}

/**
 * As `claimWorkItems`, with the time at hand. The epoch pins the item as it was read, so where all matched nothing has
 * to be read again: one round trip.
 */
export async function claimWorkItemsAt(
  c: Collections,
  kind: WorkKind,
  claims: TimedClaim[],
  now: Date,
): Promise<WorkDocument[]> {
  const collection = workCollection(c, kind);
  const taken = claims.map(({ claim, item }) => ({ claim, changes: takenAt(claim, item, now) }));
  const matched = await updateEach(
    collection,
    taken.map(({ claim, changes: { ledger, ...changes } }) => ({
      filter: takeItem(claim).filter,
      update: { $set: { ...changes, ...dotted('ledger', ledger), updatedAt: now } } as UpdateFilter<WorkDocument>,
    })),
  );
  if (matched === claims.length) {
    return claims.map(({ item }, at) => {
      const { changes } = taken[at]!;
      return { ...item, ...changes, ledger: { ...item.ledger, ...changes.ledger } };
    });
  }
  return findHeldBy(
    collection,
    claims.map(({ claim }) => claim),
    PROJECTION,
  );
}

const takenAt = (claim: ClaimWork, { attempts, ledger }: WorkDocument, now: Date) => ({
  status: WORK_WORDS[claim.kind].active,
  epoch: claim.epoch,
  attempts: claim.countsAttempt ? attempts + 1 : attempts,
  dispatchId: claim.dispatchId,
  reason: null,
  ledger: {
    ...(ledger.claimedAt ? {} : { claimedAt: now }),
    ...(ledger.streamedAt || !claim.streamedAt ? {} : { streamedAt: claim.streamedAt }),
  },
});

const dotted = (name: string, fields: object): Document =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [`${name}.${field}`, value]));

/** Of these, what each claim's own dispatch holds now. */
export function findHeldBy<T extends WorkDocument>(
  collection: Collection<T>,
  claims: { id: ObjectId; dispatchId: ObjectId }[],
  projection: Document = {},
): Promise<T[]> {
  const ids = claims.map(({ id }) => id);
  const dispatchIds = claims.map(({ dispatchId }) => dispatchId);
  const filter = { _id: { $in: ids }, dispatchId: { $in: dispatchIds } } as unknown as Filter<T>;
  return collection.find(filter, { projection }).toArray() as Promise<unknown> as Promise<T[]>;
}
