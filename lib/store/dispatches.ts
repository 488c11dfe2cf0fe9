import type { Document, Filter, ObjectId } from 'mongodb';
import { MINUTE_MS } from '../kernel/clock';
import type { Usage } from '../domain/fields';
import type { Collections } from './collections';
import { usageStages } from './dispatch-usage';
import { fence } from './dispatch-fence';
import type { DispatchDocument } from './documents';
import { withLateWhere } from './late-outputs';

/** How a dispatch lives and ends. Every write fences on epoch and status; claims stand in dispatch-claims.ts. */

/** A key goes on reading this long after its dispatch is over, for an agent that is just finishing. */
export const KEY_READS_MS = 10 * MINUTE_MS;

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
export const WORKERS_ONLY = { 'run.tier': { $ne: 'orchestrator' } } as const;

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

export function ending(epoch: number, { status, set, output, usage }: Outcome): Document[] {
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
