import type { Filter, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import { fence } from './dispatch-fence';
import { WORKERS_ONLY } from './dispatches';
import type { DispatchDocument } from './documents';
import { isTime } from './raw-document';

/** How a dispatch that waits comes to run again: under a new epoch and key, in a lane and slot as unique as a claim's. */

export interface ResumeDispatch {
  id: ObjectId;
  fromEpoch: number;
  epoch: number;
  consumer: string;
  tokenId: string;
  account: string;
  revision: number;
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
          resumedFrom: { consumer: '$consumer', tokenId: '$tokenId', account: '$account', agentId: '$agentId' },
          consumer: set.consumer,
          tokenId: set.tokenId,
          account: { $literal: set.account },
          revision: set.revision,
          keyHash: set.keyHash,
          lane: set.lane,
          slot: set.slot,
          // It stands in its message, and a long one would take the place of the output to come.
          'question.body': '',
          mode: 'resume',
          status: 'running',
          resumedAt: '$$NOW',
          leaseUntil: { $add: ['$$NOW', '$leaseMs'] },
          updatedAt: '$$NOW',
        },
      },
    ],
    { returnDocument: 'after' },
  );
}

/** Undoes a resume that nobody was told of: it waits as it did, with its answer. */
export async function undoResume(c: Collections, waiting: DispatchDocument, epoch: number): Promise<void> {
  const { consumer, tokenId, account, revision, keyHash, agentId, mode, question, resumedAt, resumedFrom } = waiting;
  const before = { epoch: waiting.epoch, consumer, tokenId, account, revision, keyHash, agentId, mode, question };
  const turn = { ...(resumedAt ? { resumedAt } : {}), ...(resumedFrom ? { resumedFrom } : {}) };
  await c.dispatches.updateOne(
    { _id: waiting._id, epoch, status: 'running' },
    {
      $set: { ...before, status: 'waiting', leaseUntil: null, ...turn },
      $unset: {
        lane: true,
        slot: true,
        ...(resumedAt ? {} : { resumedAt: true as const }),
        ...(resumedFrom ? {} : { resumedFrom: true as const }),
      },
      $currentDate: { updatedAt: true },
    },
  );
}

/** Its holder, or where that never came to have its agent, whoever has it. */
const holding = (field: string) => ({
  $cond: [{ $ne: [{ $ifNull: ['$agentId', null] }, null] }, `$${field}`, `$resumedFrom.${field}`],
});

/**
 * Gives back a resume, unheard or by its holder: it waits with its answer, for whoever holds its agent. The epoch
 * stays, for its work item stands at it until this is settled. Not a planner's: the news it was resumed for counts as
 * given. Null: no resume, a planner's, one that is being stopped, or it is over.
 */
export async function parkAgain(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  epoch: number,
): Promise<DispatchDocument | null> {
  const resumed = {
    status: 'running',
    mode: 'resume',
    'question.answerId': { $type: 'objectId' },
    resumedFrom: { $type: 'object' },
  };
  return c.dispatches.findOneAndUpdate(
    { ...fence(tenantId, id, epoch), ...WORKERS_ONLY, ...resumed } as unknown as Filter<DispatchDocument>,
    [
      {
        $set: {
          consumer: holding('consumer'),
          tokenId: holding('tokenId'),
          account: holding('account'),
          agentId: holding('agentId'),
          status: 'waiting',
          leaseUntil: null,
          updatedAt: '$$NOW',
          settled: false,
        },
      },
      { $unset: ['lane', 'slot', 'resumedFrom'] },
    ],
    { returnDocument: 'after' },
  );
}

/** It waits as `parkAgain` left it: what it asked was said before and answered, and this very epoch was given back. */
export const isGivenBack = ({ status, mode, question, run }: DispatchDocument): boolean =>
  status === 'waiting' &&
  mode === 'resume' &&
  run?.tier !== 'orchestrator' &&
  question !== null &&
  question.answerId !== null &&
  question.body === '';

export interface ResumableQuery {
  tenantId: string;
  agentTypes: string[];
  consumer: string;
  limit: number;
  /** Looked at already. */
  except?: ObjectId[];
}

/** In the words of their index: every claim by rank asks, and those that wait for a person may be many. */
const answered = (tenantId: string): Filter<DispatchDocument> => ({
  tenantId,
  status: 'waiting',
  settled: true,
  'question.answerId': { $type: 'objectId' },
});

const resumable = (tenantId: string, consumer: string): Filter<DispatchDocument> => ({
  ...answered(tenantId),
  $or: [{ consumer }, { agentId: null }, { $expr: { $lte: ['$question.offeredUntil', '$$NOW'] } }],
});

/** Whether any waits whose answer is there, for whichever consumer. */
export const hasAnswered = async (c: Collections, tenantId: string): Promise<boolean> =>
  (await c.dispatches.findOne(answered(tenantId), { projection: { _id: 1 } })) !== null;

/** The types that these wait for, whether they exist or not. */
export const findAnsweredTypes = (c: Collections, tenantId: string): Promise<string[]> =>
  c.dispatches.distinct('agentType', answered(tenantId));

export const findAnsweredOf = (
  c: Collections,
  tenantId: string,
  agentType: string,
  limit: number,
): Promise<Pick<DispatchDocument, '_id' | 'epoch'>[]> =>
  c.dispatches
    .find({ ...answered(tenantId), agentType }, { projection: { epoch: 1 } })
    .limit(limit)
    .toArray();

/** How long the oldest of them has waited, by type. */
export const longestAnswered = (c: Collections, tenantId: string): Promise<{ _id: string; seconds: number }[]> =>
  c.dispatches
    .aggregate<{ _id: string; seconds: number }>([
      { $match: { ...answered(tenantId), ...isTime('question.answeredAt') } },
      { $group: { _id: '$agentType', at: { $min: '$question.answeredAt' } } },
      { $project: { seconds: { $divide: [{ $subtract: ['$$NOW', '$at'] }, 1_000] } } },
    ])
    .toArray();

/**
 * Waiting dispatches whose answer is there and which this consumer may take, oldest answer first: its own, those that
 * no agent is kept for, and those whose holder did not come in time.
 */
export const findResumable = (
  c: Collections,
  { tenantId, agentTypes, consumer, limit, except = [] }: ResumableQuery,
): Promise<DispatchDocument[]> =>
  c.dispatches
    .find({
      ...resumable(tenantId, consumer),
      agentType: { $in: agentTypes },
      ...(except.length > 0 ? { _id: { $nin: except } } : {}),
    })
    .sort({ 'question.answeredAt': 1 })
    .limit(limit)
    .toArray();

/** The one of this id, where it is such a one. */
export const findResumableById = (
  c: Collections,
  { tenantId, consumer, id }: Pick<ResumableQuery, 'tenantId' | 'consumer'> & { id: ObjectId },
): Promise<DispatchDocument | null> => c.dispatches.findOne({ ...resumable(tenantId, consumer), _id: id });
