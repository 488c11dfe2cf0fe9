import type { Document, Filter, ObjectId } from 'mongodb';
import type { DispatchStatus } from '../domain/dispatch/schema';
import { MINUTE_MS } from '../kernel/clock';
import type { Collections } from './collections';
import type { DispatchDocument, PendingQuestion } from './documents';

/** Each write to the queue's ledger has one address: this file. All of them fence on epoch and status. */

/** A key goes on reading this long after its dispatch is over, for an agent that is just finishing. */
const KEY_READS_MS = 10 * MINUTE_MS;
/** An answered question is kept this long for the consumer that holds the asking agent. */
export const RESUME_OFFER_MS = 10_000;

const WRITABLE: DispatchStatus[] = ['running', 'cancelling'];
const LEASE_HOLDS = { $expr: { $gt: ['$leaseUntil', '$$NOW'] } };
const LET_GO = { $unset: ['open', 'lane', 'slot'] };

const fence = (tenantId: string, id: ObjectId, epoch: number): Filter<DispatchDocument> => ({
  _id: id,
  tenantId,
  epoch,
  status: { $in: WRITABLE },
  ...LEASE_HOLDS,
});

/** Fails with a duplicate key when the work item, its lane or the slot is taken: that is the claim. */
export async function insertDispatch(
  c: Collections,
  row: Omit<DispatchDocument, 'createdAt' | 'updatedAt' | 'claimedAt' | 'leaseUntil'>,
): Promise<DispatchDocument> {
  const inserted = await c.dispatches.findOneAndUpdate(
    { _id: row._id, createdAt: { $exists: false } },
    [
      {
        $replaceWith: {
          $mergeObjects: [
            { $literal: row },
            {
              createdAt: '$$NOW',
              updatedAt: '$$NOW',
              claimedAt: '$$NOW',
              leaseUntil: { $add: ['$$NOW', row.leaseMs] },
            },
          ],
        },
      },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  return inserted!;
}

/** Undoes a dispatch nobody was told of: its work item was not due any more. */
export async function withdrawDispatch(c: Collections, id: ObjectId): Promise<void> {
  await c.dispatches.deleteOne({ _id: id });
}

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
 * late, for a person to accept. Null: stale epoch, lapsed lease, waiting, or over.
 */
export async function endDispatch(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  epoch: number,
  outcome: { status: 'done' | 'failed' | 'released'; set: Document; output?: string },
): Promise<DispatchDocument | null> {
  const stopping = { $eq: ['$status', 'cancelling'] };
  const late = { epoch, output: { $literal: outcome.output ?? '' }, at: '$$NOW' };
  return c.dispatches.findOneAndUpdate(
    fence(tenantId, id, epoch),
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

export async function parkDispatch(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  epoch: number,
  question: PendingQuestion,
): Promise<DispatchDocument | null> {
  return c.dispatches.findOneAndUpdate(
    { ...fence(tenantId, id, epoch), status: 'running' },
    [
      {
        $set: {
          status: 'waiting',
          question: { $literal: question },
          waitingSince: '$$NOW',
          leaseUntil: null,
          updatedAt: '$$NOW',
          settled: false,
        },
      },
      { $unset: ['lane', 'slot'] },
    ],
    { returnDocument: 'after' },
  );
}

/** The first answer wins: null when there is no dispatch waiting for this question any more. */
export async function answerQuestion(
  c: Collections,
  tenantId: string,
  questionId: ObjectId,
  answerId: ObjectId,
): Promise<DispatchDocument | null> {
  return c.dispatches.findOneAndUpdate(
    { tenantId, 'question.id': questionId, status: 'waiting', 'question.answerId': null },
    [
      {
        $set: {
          'question.answerId': answerId,
          'question.answeredAt': '$$NOW',
          'question.offeredUntil': { $add: ['$$NOW', RESUME_OFFER_MS] },
          updatedAt: '$$NOW',
        },
      },
    ],
    { returnDocument: 'after' },
  );
}

export interface ResumeDispatch {
  id: ObjectId;
  fromEpoch: number;
  epoch: number;
  consumer: string;
  tokenId: string;
  account: string;
  keyHash: DispatchDocument['keyHash'];
  lane: ObjectId;
  slot: string;
}

/** The same dispatch goes on under a new epoch and key. Duplicate key: its lane or the slot is taken. */
export async function resumeDispatch(c: Collections, resume: ResumeDispatch): Promise<DispatchDocument | null> {
  const { id, fromEpoch, ...set } = resume;
  return c.dispatches.findOneAndUpdate(
    { _id: id, status: 'waiting', epoch: fromEpoch, settled: true, 'question.answerId': { $ne: null } },
    [
      {
        $set: {
          epoch: set.epoch,
          // Only the consumer that holds the agent can continue it; another starts afresh with the whole thread.
          agentId: { $cond: [{ $eq: ['$consumer', set.consumer] }, '$agentId', null] },
          consumer: set.consumer,
          tokenId: set.tokenId,
          account: { $literal: set.account },
          keyHash: set.keyHash,
          lane: set.lane,
          slot: set.slot,
          mode: 'resume',
          status: 'running',
          leaseUntil: { $add: ['$$NOW', '$leaseMs'] },
          updatedAt: '$$NOW',
        },
      },
    ],
    { returnDocument: 'after' },
  );
}

/** Waiting dispatches whose answer is there and which this consumer may take, oldest answer first. */
export function findResumable(c: Collections, tenantId: string, agentTypes: string[], consumer: string, limit: number) {
  return c.dispatches
    .find({
      tenantId,
      status: 'waiting',
      settled: true,
      agentType: { $in: agentTypes },
      'question.answerId': { $ne: null },
      $or: [{ consumer }, { $expr: { $lte: ['$question.offeredUntil', '$$NOW'] } }],
    })
    .sort({ 'question.answeredAt': 1 })
    .limit(limit)
    .toArray();
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
