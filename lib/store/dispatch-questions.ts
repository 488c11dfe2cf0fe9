import type { Filter, ObjectId } from 'mongodb';
import type { Usage } from '../domain/fields';
import { HUMAN } from '../domain/fields';
import { TO_NEWS, TO_ORCHESTRATOR } from '../domain/run/schema';
import type { Collections } from './collections';
import { fence } from './dispatch-fence';
import { usageStages } from './dispatch-usage';
import type { DispatchDocument, MessageDocument, PendingQuestion } from './documents';

/** An answered question is kept this long for the consumer that holds the asking agent. */
const RESUME_OFFER_MS = 10_000;
/** An answer is brought again within seconds of being stored; nobody asks this often in that time. */
const ANSWERS_REMEMBERED = 20;

export async function parkDispatch(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  epoch: number,
  question: PendingQuestion,
  usage?: Usage,
): Promise<DispatchDocument | null> {
  return c.dispatches.findOneAndUpdate(
    { ...fence(tenantId, id, epoch), status: 'running' },
    [
      {
        $set: {
          status: 'waiting',
          question: { $literal: question },
          answeredBy: ANSWERED_BY,
          waitingSince: '$$NOW',
          leaseUntil: null,
          updatedAt: '$$NOW',
          settled: false,
        },
      },
      ...(usage ? usageStages(epoch, usage) : []),
      { $unset: ['lane', 'slot'] },
    ],
    { returnDocument: 'after' },
  );
}

const KNOWN = { $cond: [{ $isArray: '$answeredBy' }, '$answeredBy', []] };
const JUST_ANSWERED = { $cond: [{ $ifNull: ['$question.answerId', false] }, ['$question.answerId'], []] };
const ANSWERED_BY = { $slice: [{ $concatArrays: [KNOWN, JUST_ANSWERED] }, -ANSWERS_REMEMBERED] };

/**
 * The first answer wins: null when there is no dispatch waiting for this question any more. The same answer again finds
 * whom it woke and changes nothing; in one statement, for what another process has just written no read may show yet.
 */
export async function answerQuestion(
  c: Collections,
  tenantId: string,
  questionId: ObjectId,
  answerId: ObjectId,
): Promise<DispatchDocument | null> {
  const first = (otherwise: string, set: unknown) => ({
    $cond: [{ $eq: ['$question.answerId', answerId] }, otherwise, set],
  });
  return c.dispatches.findOneAndUpdate(
    {
      tenantId,
      'question.id': questionId,
      $or: [{ status: 'waiting', 'question.answerId': null }, { 'question.answerId': answerId }],
    },
    [
      {
        $set: {
          'question.answerId': answerId,
          'question.answeredAt': first('$question.answeredAt', '$$NOW'),
          'question.offeredUntil': first('$question.offeredUntil', { $add: ['$$NOW', RESUME_OFFER_MS] }),
          updatedAt: first('$updatedAt', '$$NOW'),
        },
      },
    ],
    { returnDocument: 'after' },
  );
}

/** Whom this very answer woke, where it asked again since. */
export const findAnsweredBefore = (
  c: Collections,
  dispatchId: ObjectId,
  answerId: ObjectId,
): Promise<DispatchDocument | null> => c.dispatches.findOne({ _id: dispatchId, answeredBy: answerId });

/** Questions whose time is up and that nothing was done about yet, the longest waiting first. */
export const findPastDeadline = (c: Collections, limit: number): Promise<DispatchDocument[]> =>
  c.dispatches
    .find({
      status: 'waiting',
      settled: true,
      'question.deadline': { $type: 'date' },
      'question.answerId': null,
      'question.overdueAt': { $exists: false },
      $expr: { $lte: ['$question.deadline', '$$NOW'] },
    } as Filter<DispatchDocument>)
    .sort({ 'question.deadline': 1 })
    .limit(limit)
    .toArray();

/** What waits for an agent type to answer; how its question stands is looked up. */
const ASKED_OF_TYPES = { status: 'waiting', 'question.to': { $nin: [HUMAN, TO_ORCHESTRATOR, TO_NEWS] } };

export interface Unanswerable extends DispatchDocument {
  question: PendingQuestion;
  asked: Pick<MessageDocument, 'status' | 'assignedTo'>;
}

/** What waits for an agent type that will not answer: the question was cancelled, or its type is gone. */
export const findUnanswerable = (c: Collections, limit: number): Promise<Unanswerable[]> =>
  c.dispatches
    .aggregate<Unanswerable>([
      { $match: { ...ASKED_OF_TYPES, settled: true, 'question.answerId': null } },
      {
        $lookup: {
          from: c.messages.collectionName,
          localField: 'question.id',
          foreignField: '_id',
          pipeline: [
            { $match: { $or: [{ status: { $in: ['cancelled', 'unroutable'] } }, { assignedTo: HUMAN }] } },
            { $project: { status: 1, assignedTo: 1 } },
          ],
          as: 'asked',
        },
      },
      { $unwind: '$asked' },
      { $limit: limit },
    ])
    .toArray();

export interface HoldUntold extends DispatchDocument {
  question: PendingQuestion;
  /** Why its question is held now; null where it is not. */
  now: string | null;
}

/** What waits for an agent type that may not answer now, or may again, and does not say so yet. */
export const findHoldsUntold = (c: Collections, limit: number): Promise<HoldUntold[]> =>
  c.dispatches
    .aggregate<HoldUntold>([
      { $match: { ...ASKED_OF_TYPES, settled: true, 'question.answerId': null } },
      {
        $lookup: {
          from: c.messages.collectionName,
          localField: 'question.id',
          foreignField: '_id',
          // A driver may have put anything there.
          pipeline: [{ $match: { status: 'held', reason: { $type: 'string' } } }, { $project: { reason: 1 } }],
          as: 'held',
        },
      },
      { $set: { now: { $ifNull: [{ $first: '$held.reason' }, null] } } },
      { $match: { $expr: { $ne: ['$now', { $ifNull: ['$question.hold', null] }] } } },
      { $limit: limit },
      { $unset: 'held' },
    ])
    .toArray();

/** False: it was answered since, or waits no more. */
export async function markHold(c: Collections, dispatch: DispatchDocument, hold: string | null): Promise<boolean> {
  const result = await c.dispatches.updateOne(
    { _id: dispatch._id, status: 'waiting', 'question.id': dispatch.question!.id, 'question.answerId': null },
    [{ $set: { 'question.hold': { $literal: hold }, updatedAt: '$$NOW' } }],
  );
  return result.matchedCount === 1;
}

/** Whose question stands as a message: a planner that waits for news may have said nothing. By id, after that one. */
export const findAskers = (c: Collections, after: ObjectId | null, limit: number): Promise<DispatchDocument[]> =>
  c.dispatches
    .find({
      status: 'waiting',
      'question.to': { $type: 'string', $ne: TO_NEWS },
      settled: true,
      'question.answerId': null,
      ...(after ? { _id: { $gt: after } } : {}),
    } as Filter<DispatchDocument>)
    // What waits is few beside all that ever ran, which is what the order would be read from.
    .hint({ 'question.to': 1 })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();

/** Questions half of whose time is gone and of which nobody was reminded yet, the most urgent first. */
export const findHalfTime = (c: Collections, leastMs: number, limit: number): Promise<DispatchDocument[]> =>
  c.dispatches
    .find({
      status: 'waiting',
      settled: true,
      'question.deadline': { $type: 'date' },
      'question.answerId': null,
      'question.overdueAt': { $exists: false },
      'question.remindedAt': { $exists: false },
      $expr: {
        $let: {
          vars: { givenMs: { $subtract: ['$question.deadline', '$waitingSince'] } },
          in: {
            $and: [
              { $gte: ['$$givenMs', leastMs] },
              { $lte: [{ $add: ['$waitingSince', { $divide: ['$$givenMs', 2] }] }, '$$NOW'] },
              { $gt: ['$question.deadline', '$$NOW'] },
            ],
          },
        },
      },
    } as Filter<DispatchDocument>)
    .sort({ 'question.deadline': 1 })
    .limit(limit)
    .toArray();

export async function markReminded(c: Collections, dispatch: DispatchDocument): Promise<void> {
  await c.dispatches.updateOne(
    { _id: dispatch._id, status: 'waiting', 'question.id': dispatch.question!.id, 'question.answerId': null },
    [{ $set: { 'question.remindedAt': '$$NOW', updatedAt: '$$NOW' } }],
  );
}

/** What workers of a run asked its planner and wait for, the oldest first. */
export const findAskedOfPlanner = (c: Collections, runId: ObjectId, limit: number): Promise<DispatchDocument[]> =>
  c.dispatches
    .find({ 'run.id': runId, status: 'waiting', 'question.to': TO_ORCHESTRATOR, 'question.answerId': null })
    .sort({ claimedAt: 1 })
    .limit(limit)
    .toArray();

/** Its time is up and no default was declared: it goes on waiting. */
export async function markOverdue(c: Collections, dispatch: DispatchDocument): Promise<void> {
  await c.dispatches.updateOne(
    { _id: dispatch._id, status: 'waiting', 'question.id': dispatch.question!.id, 'question.answerId': null },
    [{ $set: { 'question.overdueAt': '$$NOW', updatedAt: '$$NOW' } }],
  );
}

/** It is `to` who is to answer now. */
export async function markAskedOf(c: Collections, dispatch: DispatchDocument, to: string): Promise<void> {
  await c.dispatches.updateOne(
    { _id: dispatch._id, status: 'waiting', 'question.id': dispatch.question!.id, 'question.answerId': null },
    [{ $set: { 'question.to': { $literal: to }, 'question.hold': null, updatedAt: '$$NOW' } }],
  );
}

/** Who waits for the answer to this question. */
export const findWaitingFor = (
  c: Collections,
  tenantId: string,
  questionId: ObjectId,
): Promise<DispatchDocument | null> =>
  c.dispatches.findOne({ tenantId, 'question.id': questionId, status: 'waiting', 'question.answerId': null });
