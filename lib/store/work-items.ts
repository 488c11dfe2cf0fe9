import type { Collection, Document, Filter, ObjectId } from 'mongodb';
import type { WorkSource } from '../domain/dispatch/schema';
import type { Collections } from './collections';
import type { MessageDocument, WorkFields } from './documents';

/**
 * Messages and tasks as work: one set of statements for both, so that lanes, epochs and retries cannot differ
 * between them. Every write filters on status and epoch; nothing matched means somebody else was first.
 */
export type WorkKind = WorkSource['kind'];
export type WorkDocument = WorkFields &
  Pick<MessageDocument, '_id' | 'tenantId' | 'priority' | 'projectId' | 'threadId'> & {
    assignedTo: string | null;
    status: string;
    kind: string;
    /** Of a task inside a run. */
    runId?: ObjectId | null;
  };

interface WorkWords {
  due: string;
  held: string;
  active: string;
  waiting: string;
  /** Its dispatch stands still and has it: for an answer, or for what a blocker needs. */
  parked: string[];
}
export const WORK_WORDS: Record<WorkKind, WorkWords> = {
  message: { due: 'queued', held: 'held', active: 'claimed', waiting: 'waiting', parked: ['waiting'] },
  task: { due: 'ready', held: 'held', active: 'running', waiting: 'waiting', parked: ['waiting', 'blocked'] },
};

export const workCollection = (c: Collections, kind: WorkKind): Collection<WorkDocument> =>
  (kind === 'message' ? c.messages : c.tasks) as unknown as Collection<WorkDocument>;

export interface DueItem {
  kind: WorkKind;
  item: WorkDocument;
}

const PROJECTION: Record<keyof WorkDocument, 1> = {
  _id: 1,
  tenantId: 1,
  priority: 1,
  projectId: 1,
  threadId: 1,
  assignedTo: 1,
  status: 1,
  kind: 1,
  runId: 1,
  lane: 1,
  seq: 1,
  rankAt: 1,
  availableAt: 1,
  attempts: 1,
  epoch: 1,
  dispatchId: 1,
  reason: 1,
  ledger: 1,
};
const IS_AVAILABLE = { $expr: { $lte: ['$availableAt', '$$NOW'] } };

export interface DueQuery {
  tenantId: string;
  agentTypes: string[];
  /** Lanes that run already: their items cannot start. */
  busyLanes: ObjectId[];
  limit: number;
}

/** Due work of these types, most urgent first by rank; at most `limit` of each kind. */
export async function findDue(c: Collections, query: DueQuery): Promise<DueItem[]> {
  const kinds: WorkKind[] = ['message', 'task'];
  const found = await Promise.all(
    kinds.map(async kind => {
      const items = await workCollection(c, kind)
        .find(
          {
            tenantId: query.tenantId,
            status: WORK_WORDS[kind].due,
            assignedTo: { $in: query.agentTypes },
            ...(query.busyLanes.length > 0 ? { lane: { $nin: query.busyLanes } } : {}),
            ...IS_AVAILABLE,
          } as Filter<WorkDocument>,
          { projection: PROJECTION },
        )
        .sort({ rankAt: 1 })
        .limit(query.limit)
        .toArray();
      return items.map(item => ({ kind, item }));
    }),
  );
  return found.flat().sort((a, b) => a.item.rankAt.getTime() - b.item.rankAt.getTime());
}

export async function findWorkItem(c: Collections, tenantId: string, source: { kind: WorkKind; id: ObjectId }) {
  return workCollection(c, source.kind).findOne(
    { _id: source.id, tenantId, deletedAt: { $exists: false } } as Filter<WorkDocument>,
    { projection: PROJECTION },
  );
}

/** The whole document, also where a driver put it and nobody took it up yet: then its tenant may be unsaid. */
export const findAsItStands = (c: Collections, tenantId: string, source: { kind: WorkKind; id: ObjectId }) =>
  workCollection(c, source.kind).findOne({
    _id: source.id,
    tenantId: { $in: [tenantId, null] },
    deletedAt: { $exists: false },
  } as unknown as Filter<WorkDocument>);

/**
 * The first item of each lane, by `seq`, among those that run or are due (an item in back-off holds its lane).
 * Waiting, held, dead and finished items let the next one pass.
 */
export async function findLaneHeads(c: Collections, lanes: ObjectId[]): Promise<Map<string, DueItem>> {
  const heads = new Map<string, DueItem>();
  const kinds: WorkKind[] = ['message', 'task'];
  const rows = await Promise.all(
    kinds.map(kind =>
      workCollection(c, kind)
        .aggregate<{ _id: ObjectId; item: WorkDocument }>([
          { $match: { lane: { $in: lanes }, status: { $in: [WORK_WORDS[kind].due, WORK_WORDS[kind].active] } } },
          { $sort: { lane: 1, seq: 1 } },
          { $project: PROJECTION },
          { $group: { _id: '$lane', item: { $first: '$$ROOT' } } },
        ])
        .toArray(),
    ),
  );
  rows.forEach((found, index) => {
    for (const { _id, item } of found) {
      const lane = _id.toHexString();
      const head = heads.get(lane);
      if (!head || item.seq < head.item.seq) heads.set(lane, { kind: kinds[index]!, item });
    }
  });
  return heads;
}

export interface ClaimWork {
  kind: WorkKind;
  id: ObjectId;
  fromStatus: string[];
  fromEpoch: number;
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

export interface ReleaseWork {
  kind: WorkKind;
  id: ObjectId;
  /** Only while this dispatch, at this epoch, still has it. */
  dispatchId: ObjectId;
  epoch: number;
  set: Document;
}

/** Ends a dispatch's hold on its item. False: it was ended before (settling twice is harmless). */
export async function updateHeldWork(
  c: Collections,
  { kind, id, dispatchId, epoch, set }: ReleaseWork,
): Promise<boolean> {
  const { active, parked } = WORK_WORDS[kind];
  const result = await workCollection(c, kind).updateOne(
    { _id: id, dispatchId, epoch, status: { $in: [active, ...parked] } } as Filter<WorkDocument>,
    [{ $set: { ...set, updatedAt: '$$NOW' } }],
  );
  return result.matchedCount === 1;
}

/**
 * Work that is claimed by a dispatch that is not there: its first write was lost with a primary. Younger claims are
 * left alone, for theirs may be on its way.
 */
export async function findOrphans(
  c: Collections,
  kind: WorkKind,
  tenantId: string,
  olderThanMs: number,
  limit: number,
) {
  const rows = await workCollection(c, kind)
    .find(
      {
        tenantId,
        status: WORK_WORDS[kind].active,
        $expr: { $lt: ['$updatedAt', { $subtract: ['$$NOW', olderThanMs] }] },
      } as unknown as Filter<WorkDocument>,
      { projection: { dispatchId: 1, epoch: 1 } },
    )
    .limit(limit)
    .toArray();
  const ids = rows.map(row => row.dispatchId).filter(id => id !== null);
  const there = await c.dispatches.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
  const known = new Set(there.map(({ _id }) => _id.toHexString()));
  return rows.filter(row => row.dispatchId !== null && !known.has(row.dispatchId.toHexString()));
}

/** A claim that died between its two writes used up an epoch: the next one must be higher. */
export async function raiseEpoch(c: Collections, kind: WorkKind, id: ObjectId, epoch: number): Promise<void> {
  await workCollection(c, kind).updateOne(
    { _id: id, status: WORK_WORDS[kind].due, epoch: { $lt: epoch } } as Filter<WorkDocument>,
    { $set: { epoch } },
  );
}
