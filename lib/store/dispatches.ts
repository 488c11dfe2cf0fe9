import type { Document, Filter, ObjectId } from 'mongodb';
import { MINUTE_MS } from '../kernel/clock';
import type { Usage } from '../domain/fields';
import type { Collections } from './collections';
import { usageStages } from './dispatch-usage';
import { fence } from './dispatch-fence';
import type { DispatchDocument } from './documents';
import { failedPlaces } from './errors';
import { withLateWhere } from './late-outputs';
import { updateEach } from './update-each';

/** How a dispatch lives and ends. Every write fences on epoch and status; claims stand in dispatch-claims.ts. */

/** A key goes on reading this long after its dispatch is over, for an agent that is just finishing. */
const KEY_READS_MS = 10 * MINUTE_MS;

const LET_GO = { $unset: ['open', 'lane', 'slot'] };

export async function extendLease(c: Collections, tenantId: string, id: ObjectId, epoch: number) {
  return c.dispatches.findOneAndUpdate(
    fence(tenantId, id, epoch),
    [
      {
        $set: {
          leaseUntil: { $add: ['$$NOW', '$leaseMs'] },
          leaseTouchedAt: '$$NOW',
          firstHeartbeatAt: { $ifNull: ['$firstHeartbeatAt', '$$NOW'] },
        },
      },
    ],
    { returnDocument: 'after' },
  );
}

export async function writeProgress(c: Collections, tenantId: string, id: ObjectId, epoch: number, set: Document) {
  return c.dispatches.findOneAndUpdate(
    fence(tenantId, id, epoch),
    [
      {
        $set: {
          ...set,
          updatedAt: '$$NOW',
          leaseUntil: { $add: ['$$NOW', '$leaseMs'] },
          leaseTouchedAt: '$$NOW',
          firstHeartbeatAt: { $ifNull: ['$firstHeartbeatAt', '$$NOW'] },
        },
      },
    ],
    { returnDocument: 'after' },
  );
}

interface Outcome {
  status: 'done' | 'failed' | 'released';
  set: Document;
  output?: string;
  usage?: Usage | undefined;
  /** The caller looked at its run: a planner is done too. */
  isPlanners?: boolean;
}

/** Whether a planner is done depends on its run: who says so has looked. Nobody else pays for the look. */
const WORKERS_ONLY = { 'run.tier': { $ne: 'orchestrator' } } as const;

/**
 * The accepted outcome. A dispatch that was being stopped ends `cancelled` whatever came back; its output is kept as
 * late, for a person to accept. Null: stale epoch, lapsed lease, waiting, or over; or a planner's, unless `isPlanners`.
 */
export async function endDispatch(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  epoch: number,
  outcome: Outcome,
): Promise<DispatchDocument | null> {
  const workersOnly = outcome.status === 'done' && outcome.isPlanners !== true ? WORKERS_ONLY : {};
  return c.dispatches.findOneAndUpdate({ ...fence(tenantId, id, epoch), ...workersOnly }, ending(epoch, outcome), {
    returnDocument: 'after',
  });
}

function ending(epoch: number, { status, set, output, usage }: Outcome): Document[] {
  const stopping = { $eq: ['$status', 'cancelling'] };
  return [
    {
      $set: {
        ...set,
        output: { $cond: [stopping, null, { $literal: output ?? null }] },
        ...(output === undefined ? {} : withLateWhere(stopping, { epoch, output, deliverables: set['deliverables'] })),
        status: { $cond: [stopping, 'cancelled', status] },
        updatedAt: '$$NOW',
        endedAt: '$$NOW',
        leaseUntil: null,
        keyReadsUntil: { $add: ['$$NOW', KEY_READS_MS] },
        settled: false,
      },
    },
    ...(usage ? usageStages(epoch, usage) : []),
    LET_GO,
  ];
}

export interface Completion {
  id: ObjectId;
  epoch: number;
  output: string;
  usage?: Usage | undefined;
}

const fenceAt = (tenantId: string, { id, epoch }: Completion, now: Date) => ({
  _id: id,
  tenantId,
  epoch,
  status: 'running' as const,
  leaseUntil: { $gt: now },
  ...WORKERS_ONLY,
});

const endingAt = (output: string, { endedIn, now }: { endedIn: ObjectId; now: Date }) => ({
  $set: {
    status: 'done' as const,
    output,
    endedIn,
    leaseUntil: null,
    keyReadsUntil: new Date(now.getTime() + KEY_READS_MS),
    settled: false,
  },
  $currentDate: { endedAt: true, updatedAt: true } as const,
  $unset: { open: true, lane: true, slot: true } as const,
});

/** Of these, what never changes: what they are for, and the id of the reply each would make. */
export const findNamed = (c: Collections, tenantId: string, ids: Pick<Completion, 'id'>[]) =>
  c.dispatches
    .find({ _id: { $in: ids.map(({ id }) => id) }, tenantId })
    .project<Pick<DispatchDocument, 'source' | 'threadId' | 'replyId'>>({ source: 1, threadId: 1, replyId: 1 })
    .toArray();

/** Everything of a dispatch but what may be large. */
const WITHOUT_OUTPUT = { output: 0, keyHash: 0 };
export type EndedDispatch = Omit<DispatchDocument, 'output' | 'keyHash'>;

/**
 * The same for many that run and are done, in two round trips: each fenced by itself, `endedIn` says which of them
 * this call ended. Answers all of these dispatches as they stand now, whoever ended them, without their outputs. One
 * that is being stopped, or a planner's, is not ended here, nor one that the server will not write, as for its length.
 * In the classic form of an update, which costs the server half of `ending`.
 */
export async function endDispatches(
  c: Collections,
  tenantId: string,
  completions: Completion[],
  { endedIn, now }: { endedIn: ObjectId; now: Date },
): Promise<EndedDispatch[]> {
  const updates = completions.map(completion => ({
    filter: fenceAt(tenantId, completion, now),
    update: completion.usage
      ? ending(completion.epoch, { status: 'done', ...completion, set: { endedIn } })
      : endingAt(completion.output, { endedIn, now }),
  }));
  try {
    await updateEach(c.dispatches, updates);
  } catch (error) {
    if (failedPlaces(error) === null) throw error;
  }
  const ids = completions.map(({ id }) => id);
  return c.dispatches.find({ _id: { $in: ids }, tenantId }, { projection: WITHOUT_OUTPUT }).toArray();
}

const LAPSED = { leaseUntil: { $type: 'date' }, $expr: { $lte: ['$leaseUntil', '$$NOW'] } } as Filter<DispatchDocument>;

/**
 * Ends what nobody kept alive. `cancelling` that never answered is `unresponsive`: the stop was not proven. One whose
 * status a driver wrote keeps it, and what it held is free all the same.
 */
export async function lapseDispatch(c: Collections, id: ObjectId, epoch: number): Promise<DispatchDocument | null> {
  return c.dispatches.findOneAndUpdate(
    { _id: id, epoch, status: { $ne: 'waiting' }, ...LAPSED },
    [
      {
        $set: {
          status: {
            $cond: [
              { $eq: ['$status', 'cancelling'] },
              'unresponsive',
              { $cond: [{ $eq: ['$status', 'running'] }, 'lapsed', '$status'] },
            ],
          },
          updatedAt: '$$NOW',
          endedAt: '$$NOW',
          leaseUntil: null,
          keyReadsUntil: { $add: ['$$NOW', KEY_READS_MS] },
          settled: false,
        },
      },
      LET_GO,
    ],
    { returnDocument: 'after' },
  );
}

/** A reply by tool to the work itself: the output then makes no second one. */
export async function markReplied(c: Collections, id: ObjectId, repliedTo: ObjectId): Promise<void> {
  await c.dispatches.updateOne({ _id: id, 'source.id': repliedTo }, { $set: { replied: true } });
}

export interface SweptQuery {
  limit: number;
  /** Seen to already in this pass. */
  except: ObjectId[];
}

const besides = (except: ObjectId[]): Filter<DispatchDocument> => (except.length > 0 ? { _id: { $nin: except } } : {});

export function findLapsed(c: Collections, { limit, except }: SweptQuery) {
  return c.dispatches
    .find({ ...LAPSED, ...besides(except) }, { projection: { epoch: 1, tenantId: 1 } })
    .sort({ leaseUntil: 1 })
    .limit(limit)
    .toArray();
}

/** Outcomes whose effects may not all be written: the process died between the two. */
export function findUnsettled(c: Collections, olderThanMs: number, { limit, except }: SweptQuery) {
  return c.dispatches
    .find({
      settled: false,
      $expr: { $lte: ['$updatedAt', { $subtract: ['$$NOW', olderThanMs] }] },
      ...besides(except),
    })
    .sort({ endedAt: 1 })
    .limit(limit)
    .toArray();
}

type Settled = Pick<DispatchDocument, '_id' | 'epoch' | 'status'>;

/** What was written out is this outcome: one that waited may have been cancelled meanwhile, which means more. */
export async function markSettled(c: Collections, { _id, epoch, status }: Settled): Promise<void> {
  await c.dispatches.updateOne({ _id, epoch, status }, { $set: { settled: true } });
}

/** Of dispatches that are done: that is final, so they need no epoch. Lost with a primary, the sweep settles again. */
export async function markAllSettled(c: Collections, ids: ObjectId[]): Promise<void> {
  const filter = { _id: { $in: ids }, status: 'done' as const };
  await c.dispatches.updateMany(filter, { $set: { settled: true } }, { writeConcern: { w: 1 } });
}

/** Asks a running dispatch to stop; a waiting one has nobody to ask and ends at once. */
export async function requestCancel(c: Collections, tenantId: string, id: ObjectId): Promise<DispatchDocument | null> {
  const running = await c.dispatches.findOneAndUpdate(
    { _id: id, tenantId, status: 'running' },
    [{ $set: { status: 'cancelling', cancelRequestedAt: '$$NOW', updatedAt: '$$NOW' } }],
    { returnDocument: 'after' },
  );
  if (running) return running;
  const set = { status: 'cancelled', cancelRequestedAt: '$$NOW' };
  return endWaiting(c, { _id: id, tenantId }, set);
}

const endWaiting = (c: Collections, which: Filter<DispatchDocument>, set: Document): Promise<DispatchDocument | null> =>
  c.dispatches.findOneAndUpdate(
    { ...which, status: 'waiting' },
    [
      {
        $set: {
          ...set,
          endedAt: '$$NOW',
          updatedAt: '$$NOW',
          keyReadsUntil: { $add: ['$$NOW', KEY_READS_MS] },
          settled: false,
        },
      },
      LET_GO,
    ],
    { returnDocument: 'after' },
  );

/** Its answer is there and nobody will go on with it: the work goes back, with no attempt spent. Null: somebody did. */
export const releaseWaiting = (
  c: Collections,
  { _id, epoch }: Pick<DispatchDocument, '_id' | 'epoch'>,
  why: string,
): Promise<DispatchDocument | null> =>
  endWaiting(
    c,
    { _id, epoch, settled: true, 'question.answerId': { $ne: null } },
    { status: 'released', error: { $literal: why } },
  );
