import type { BulkWriteOptions, Filter, InsertOneOptions, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import { fence } from './dispatch-fence';
import { WORKERS_ONLY } from './dispatches';
import type { DispatchDocument } from './documents';
import { duplicatePlaces } from './errors';
import { isTime } from './raw-document';
import type { WritePair } from './write-pair';

/** How a dispatch comes to run: what is unique in it is the claim. */

/**
 * The first of a claim's two writes is acknowledged by the primary alone: the second waits for a majority, and on the
 * same primary that covers the first. Should the primary change in between and lose it, the item is found claimed by
 * nobody and made due again (`findOrphans`).
 */
const FIRST_OF_TWO = { writeConcern: { w: 1 } };

export type DispatchRow = Omit<DispatchDocument, 'createdAt' | 'updatedAt' | 'claimedAt' | 'leaseUntil'>;

/** An insert with the database's clock, which only an upsert can name. */
const insertion = (row: DispatchRow) => ({
  filter: { _id: row._id, createdAt: { $exists: false } },
  update: [
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
});

/** Fails with a duplicate key when the work item, its lane or the slot is taken: that is the claim. */
export async function insertDispatch(c: Collections, row: DispatchRow): Promise<DispatchDocument> {
  const { filter, update } = insertion(row);
  const inserted = await c.dispatches.findOneAndUpdate(filter, update, {
    upsert: true,
    returnDocument: 'after',
    ...FIRST_OF_TWO,
  });
  return inserted!;
}

/** The same for many, in one round trip. Answers which of them, by place, lost on a duplicate key. */
export async function insertDispatches(c: Collections, rows: DispatchRow[]): Promise<Set<number>> {
  const models = rows.map(row => ({ updateOne: { ...insertion(row), upsert: true } }));
  try {
    await c.dispatches.bulkWrite(models, { ordered: false, ...FIRST_OF_TWO });
    return new Set();
  } catch (error) {
    const lost = duplicatePlaces(error);
    if (lost === null) throw error;
    return lost;
  }
}

const placedAt = (row: DispatchRow, now: Date): DispatchDocument => {
  const leaseUntil = new Date(now.getTime() + row.leaseMs);
  return { ...row, createdAt: now, updatedAt: now, claimedAt: now, leaseUntil };
};

/**
 * One, with the database's time at hand: a plain insert, and nothing to read back. Fails like `insertDispatch`. By a
 * majority where no other write covers it: acknowledged by the primary alone, a claim could be answered whose dispatch
 * majority reads do not find for up to 100 ms.
 */
export async function insertDispatchAt(
  c: Collections,
  row: DispatchRow,
  now: Date,
  options: InsertOneOptions = {},
): Promise<DispatchDocument> {
  const document = placedAt(row, now);
  await c.dispatches.insertOne(document, options);
  return document;
}

/** The same for many, beside the write that covers it. Of those that were not lost, what stands now is the row. */
export const insertDispatchesBeside = (
  c: Collections,
  rows: DispatchRow[],
  now: Date,
  { first }: WritePair,
): Promise<Placed> => insertPlaced(c, rows, now, first);

/** The same as the first of two writes, one after the other. */
export const insertDispatchesFirst = (c: Collections, rows: DispatchRow[], now: Date): Promise<Placed> =>
  insertPlaced(c, rows, now, FIRST_OF_TWO);

async function insertPlaced(
  c: Collections,
  rows: DispatchRow[],
  now: Date,
  options: BulkWriteOptions,
): Promise<Placed> {
  const documents = rows.map(row => placedAt(row, now));
  try {
    await c.dispatches.insertMany(documents, { ordered: false, ...options });
    return { documents, lost: new Set() };
  } catch (error) {
    const lost = duplicatePlaces(error);
    if (lost === null) throw error;
    return { documents, lost };
  }
}

export interface Placed {
  documents: DispatchDocument[];
  /** By place: another's claim was first. */
  lost: Set<number>;
}

export const findDispatchesById = (c: Collections, ids: ObjectId[]): Promise<DispatchDocument[]> =>
  c.dispatches.find({ _id: { $in: ids } }).toArray();

/** Undoes dispatches nobody was told of: their work items were not due any more. */
export async function withdrawDispatches(c: Collections, ids: ObjectId[]): Promise<void> {
  if (ids.length > 0) await c.dispatches.deleteMany({ _id: { $in: ids } });
}

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

/**
 * Gives back a resume whose caller never heard of it: it waits with its answer, for whoever held its agent. The epoch
 * stays, for its work item stands at it until this is settled. Not a planner's: the news it was resumed for counts as
 * given. Null: a planner's, or it is over.
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
          consumer: '$resumedFrom.consumer',
          tokenId: '$resumedFrom.tokenId',
          account: '$resumedFrom.account',
          agentId: '$resumedFrom.agentId',
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
