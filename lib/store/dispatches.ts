import type { Document, Filter, ObjectId } from 'mongodb';
import { MINUTE_MS } from '../kernel/clock';
import type { Collections } from './collections';
import { fence, WRITABLE } from './dispatch-fence';
import type { DispatchDocument } from './documents';

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

/**
 * The accepted outcome. A dispatch that was being stopped ends `cancelled` whatever came back; its output is kept as
 * late, for a person to accept. Null: stale epoch, lapsed lease, waiting, or over; or a planner's, unless `isPlanners`.
 */
export async function endDispatch(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  epoch: number,
  outcome: { status: 'done' | 'failed' | 'released'; set: Document; output?: string; isPlanners?: boolean },
): Promise<DispatchDocument | null> {
  const stopping = { $eq: ['$status', 'cancelling'] };
  const late = { epoch, output: { $literal: outcome.output ?? '' }, at: '$$NOW' };
  // Whether a planner is done depends on its run: who says so has looked. Nobody else pays for the look.
  const workersOnly = outcome.status === 'done' && outcome.isPlanners !== true;
  return c.dispatches.findOneAndUpdate(
    { ...fence(tenantId, id, epoch), ...(workersOnly ? { 'run.tier': { $ne: 'orchestrator' } } : {}) },
    [
      {
        $set: {
          ...outcome.set,
          output: { $cond: [stopping, null, { $literal: outcome.output ?? null }] },
          lateOutput: outcome.output === undefined ? '$lateOutput' : { $cond: [stopping, late, '$lateOutput'] },
          status: { $cond: [stopping, 'cancelled', outcome.status] },
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

/** A finished attempt's text that may no longer count: kept where a person can take it or leave it. */
export async function keepLateOutput(c: Collections, tenantId: string, id: ObjectId, epoch: number, output: string) {
  await c.dispatches.updateOne({ _id: id, tenantId }, [
    { $set: { lateOutput: { epoch, output: { $literal: output }, at: '$$NOW' }, updatedAt: '$$NOW' } },
  ]);
}

/** Ends what nobody kept alive. `cancelling` that never answered is `unresponsive`: the stop was not proven. */
export async function lapseDispatch(c: Collections, id: ObjectId, epoch: number): Promise<DispatchDocument | null> {
  return c.dispatches.findOneAndUpdate(
    { _id: id, epoch, status: { $in: WRITABLE }, $expr: { $lte: ['$leaseUntil', '$$NOW'] } },
    [
      {
        $set: {
          status: { $cond: [{ $eq: ['$status', 'cancelling'] }, 'unresponsive', 'lapsed'] },
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
export async function markReplied(c: Collections, id: ObjectId, epoch: number): Promise<void> {
  await c.dispatches.updateOne({ _id: id, epoch }, { $set: { replied: true } });
}

export function findLapsed(c: Collections, limit: number) {
  return c.dispatches
    .find({ leaseUntil: { $type: 'date' }, $expr: { $lte: ['$leaseUntil', '$$NOW'] } } as Filter<DispatchDocument>, {
      projection: { epoch: 1, tenantId: 1 },
    })
    .sort({ leaseUntil: 1 })
    .limit(limit)
    .toArray();
}

/** Outcomes whose effects may not all be written: the process died between the two. */
export function findUnsettled(c: Collections, olderThanMs: number, limit: number) {
  return c.dispatches
    .find({ settled: false, $expr: { $lte: ['$updatedAt', { $subtract: ['$$NOW', olderThanMs] }] } })
    .sort({ endedAt: 1 })
    .limit(limit)
    .toArray();
}

export async function markSettled(c: Collections, id: ObjectId, epoch: number): Promise<void> {
  await c.dispatches.updateOne({ _id: id, epoch }, { $set: { settled: true } });
}

/** Asks a running dispatch to stop; a waiting one has nobody to ask and ends at once. */
export async function requestCancel(c: Collections, tenantId: string, id: ObjectId): Promise<DispatchDocument | null> {
  const running = await c.dispatches.findOneAndUpdate(
    { _id: id, tenantId, status: 'running' },
    [{ $set: { status: 'cancelling', cancelRequestedAt: '$$NOW', updatedAt: '$$NOW' } }],
    { returnDocument: 'after' },
  );
  if (running) return running;
  return c.dispatches.findOneAndUpdate(
    { _id: id, tenantId, status: 'waiting' },
    [
      {
        $set: {
          status: 'cancelled',
          cancelRequestedAt: '$$NOW',
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
}

export async function clearLateOutput(c: Collections, id: ObjectId): Promise<void> {
  await c.dispatches.updateOne({ _id: id }, [{ $set: { lateOutput: null, updatedAt: '$$NOW' } }]);
}
