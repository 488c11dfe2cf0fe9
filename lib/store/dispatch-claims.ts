import type { ObjectId } from 'mongodb';
import type { Collections } from './collections';
import type { DispatchDocument } from './documents';

/** How a dispatch comes to run: what is unique in it is the claim. */

/**
 * The first of a claim's two writes is acknowledged by the primary alone: the second waits for a majority, and on the
 * same primary that covers the first. Should the primary change in between and lose it, the item is found claimed by
 * nobody and made due again (`findOrphans`).
 */
const FIRST_OF_TWO = { writeConcern: { w: 1 } };

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
    { upsert: true, returnDocument: 'after', ...FIRST_OF_TWO },
  );
  return inserted!;
}

/** Undoes a dispatch nobody was told of: its work item was not due any more. */
export async function withdrawDispatch(c: Collections, id: ObjectId): Promise<void> {
  await c.dispatches.deleteOne({ _id: id });
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

/**
 * Waiting dispatches whose answer is there and which this consumer may take, oldest answer first: its own, those that
 * no agent is kept for, and those whose holder did not come in time.
 */
export function findResumable(c: Collections, tenantId: string, agentTypes: string[], consumer: string, limit: number) {
  return c.dispatches
    .find({
      tenantId,
      status: 'waiting',
      settled: true,
      agentType: { $in: agentTypes },
      'question.answerId': { $ne: null },
      $or: [{ consumer }, { agentId: null }, { $expr: { $lte: ['$question.offeredUntil', '$$NOW'] } }],
    })
    .sort({ 'question.answeredAt': 1 })
    .limit(limit)
    .toArray();
}
