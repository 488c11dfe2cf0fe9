import { ObjectId, type Collection, type Document, type Filter } from 'mongodb';
import { OPEN_DISPATCH_STATUSES, type WorkSource } from '../domain/dispatch/schema';
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

export interface LaneHead extends DueItem {
  /** Not in back-off, by the database's clock: the clock of a process may be an hour off. */
  isAvailable: boolean;
}

/** All of a work item that a claim reads. */
export const PROJECTION: Record<keyof WorkDocument, 1> = {
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
const IS_AVAILABLE = { $lte: ['$availableAt', '$$NOW'] };
const isOf = (field: keyof WorkDocument, ...types: string[]) => ({ $in: [{ $type: `$${field}` }, types] });
const REFERENCE = ['objectId', 'null', 'missing'];
/**
 * Taken up, and still with what a claim goes by. What a driver made something else of is nobody's to claim: one of those
 * read among the others would cost all of them their claim.
 */
const IS_CLAIMABLE: Document[] = [
  isOf('rankAt', 'date'),
  isOf('availableAt', 'date'),
  isOf('lane', 'objectId'),
  { $isNumber: '$seq' },
  { $isNumber: '$attempts' },
  { $isNumber: '$epoch' },
  isOf('ledger', 'object'),
  isOf('threadId', ...REFERENCE),
  isOf('projectId', ...REFERENCE),
  isOf('runId', ...REFERENCE),
];

/** The same of one that was read as it stands. */
export function isClaimable(item: WorkDocument): boolean {
  const { rankAt, availableAt, lane, seq, attempts, epoch, ledger, threadId, projectId, runId } = item;
  const places: unknown[] = [threadId, projectId, runId];
  return (
    [rankAt, availableAt].every(time => time instanceof Date) &&
    lane instanceof ObjectId &&
    [seq, attempts, epoch].every(count => typeof count === 'number') &&
    isObject(ledger) &&
    places.every(id => id === null || id === undefined || id instanceof ObjectId)
  );
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

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
            // Beside the rest for the index, in which raw inserts stand first.
            rankAt: { $type: 'date' },
            $expr: { $and: [IS_AVAILABLE, ...IS_CLAIMABLE] },
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

/** Whole documents, also where a driver put them and nobody took them up yet: then their tenant may be unsaid. */
export const findAsTheyStand = (c: Collections, kind: WorkKind, ids: ObjectId[]): Promise<WorkDocument[]> =>
  workCollection(c, kind)
    .find({ _id: { $in: ids }, deletedAt: { $exists: false } } as unknown as Filter<WorkDocument>)
    .toArray();

/**
 * The first item of each lane, by `seq`, among those that run or are due (an item in back-off holds its lane).
 * Waiting, held, dead and finished items let the next one pass.
 */
export async function findLaneHeads(c: Collections, lanes: ObjectId[]): Promise<Map<string, LaneHead>> {
  const heads = new Map<string, LaneHead>();
  const kinds: WorkKind[] = ['message', 'task'];
  const rows = await Promise.all(
    kinds.map(kind =>
      workCollection(c, kind)
        .aggregate<{ _id: ObjectId; item: WorkDocument; isAvailable: boolean }>([
          {
            $match: {
              lane: { $in: lanes },
              status: { $in: [WORK_WORDS[kind].due, WORK_WORDS[kind].active] },
              $expr: { $and: IS_CLAIMABLE },
            },
          },
          { $sort: { lane: 1, seq: 1 } },
          { $project: PROJECTION },
          { $group: { _id: '$lane', item: { $first: '$$ROOT' } } },
          { $set: { isAvailable: { $lte: ['$item.availableAt', '$$NOW'] } } },
        ])
        .toArray(),
    ),
  );
  rows.forEach((found, index) => {
    for (const { _id, item, isAvailable } of found) {
      const lane = _id.toHexString();
      const head = heads.get(lane);
      if (!head || item.seq < head.item.seq) heads.set(lane, { kind: kinds[index]!, item, isAvailable });
    }
  });
  return heads;
}

export interface ReleaseWork {
  kind: WorkKind;
  id: ObjectId;
  /** Only while this dispatch, at this epoch, still has it. */
  dispatchId: ObjectId;
  epoch: number;
  set: Document;
}

/**
 * The item, as long as that dispatch has it at that epoch. A resume that died between its two writes left the item
 * waiting under the dispatch's earlier epoch: it is held all the same, and when only the present epoch counted, that
 * work waited for good.
 */
export const heldBy = <T>(
  { active, parked }: WorkWords,
  { id, dispatchId, epoch }: Pick<ReleaseWork, 'id' | 'dispatchId' | 'epoch'>,
): Filter<T> =>
  ({
    _id: id,
    dispatchId,
    $or: [
      { epoch, status: { $in: [active, ...parked] } },
      { epoch: { $lt: epoch }, status: { $in: parked } },
    ],
  }) as unknown as Filter<T>;

/** Ends a dispatch's hold on its item. False: it was ended before (settling twice is harmless). */
export async function updateHeldWork(
  c: Collections,
  { kind, id, dispatchId, epoch, set }: ReleaseWork,
): Promise<boolean> {
  const filter = heldBy<WorkDocument>(WORK_WORDS[kind], { id, dispatchId, epoch });
  const result = await workCollection(c, kind).updateOne(filter, [{ $set: { ...set, epoch, updatedAt: '$$NOW' } }]);
  return result.matchedCount === 1;
}

export interface Orphan {
  _id: ObjectId;
  dispatchId: ObjectId;
  epoch: number;
}

/**
 * Work that is claimed by a dispatch that is not there: its first write was lost with a primary; or that is over, with
 * all that means written: the claim's second write came after that. Younger claims are left alone, for theirs may be on
 * its way.
 */
export const findOrphans = (
  c: Collections,
  kind: WorkKind,
  tenantId: string,
  olderThanMs: number,
  limit: number,
  /** Only this one, if it is one. */
  id?: ObjectId,
): Promise<Orphan[]> =>
  workCollection(c, kind)
    .aggregate<Orphan>([
      {
        $match: {
          ...(id ? { _id: id } : {}),
          tenantId,
          status: WORK_WORDS[kind].active,
          dispatchId: { $ne: null },
          $expr: { $lt: ['$updatedAt', { $subtract: ['$$NOW', olderThanMs] }] },
        },
      },
      { $project: { dispatchId: 1, epoch: 1 } },
      {
        $lookup: {
          from: c.dispatches.collectionName,
          localField: 'dispatchId',
          foreignField: '_id',
          pipeline: [
            { $match: { $or: [{ status: { $in: OPEN_DISPATCH_STATUSES } }, { settled: false }] } },
            { $project: { _id: 1 } },
          ],
          as: 'holder',
        },
      },
      { $match: { holder: [] } },
      { $limit: limit },
      { $unset: 'holder' },
    ])
    .toArray();

/** A claim that died between its two writes used up an epoch: the next one must be higher. */
export async function raiseEpoch(c: Collections, kind: WorkKind, id: ObjectId, epoch: number): Promise<void> {
  await workCollection(c, kind).updateOne(
    { _id: id, status: WORK_WORDS[kind].due, epoch: { $lt: epoch } } as Filter<WorkDocument>,
    { $set: { epoch } },
  );
}
