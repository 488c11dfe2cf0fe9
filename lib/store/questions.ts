import { HUMAN } from '../domain/fields';
import type { Collections } from './collections';
import type { MessageDocument, ObjectId } from './documents';

/** Nobody is at it in these; one that died or that has no type stands before people as well, until it is over. */
const IDLE: MessageDocument['status'][] = ['none', 'queued', 'held', 'unroutable', 'dead'];

/** A person's question is over once answered; an agent type's own dispatch ends it otherwise. */
export async function markAnswered(c: Collections, questionId: ObjectId): Promise<void> {
  await c.messages.updateOne({ _id: questionId, kind: 'question', status: { $in: IDLE } }, [
    { $set: { status: 'done', updatedAt: '$$NOW', 'ledger.doneAt': '$$NOW' } },
  ]);
}

/** Whoever was asked said nothing and is not at it: people are asked instead. */
export async function raiseToHuman(c: Collections, questionId: ObjectId, reason: string): Promise<void> {
  await c.messages.updateOne(
    {
      _id: questionId,
      kind: 'question',
      assignedTo: { $ne: HUMAN },
      status: { $in: [...IDLE, 'cancelled'] },
    },
    [{ $set: { assignedTo: HUMAN, status: 'none', reason: { $literal: reason }, updatedAt: '$$NOW' } }],
  );
}

/** Nobody waits for its answer any more. */
export async function withdrawQuestion(c: Collections, questionId: ObjectId): Promise<void> {
  await c.messages.updateOne({ _id: questionId, kind: 'question', status: { $in: IDLE } }, [
    { $set: { status: 'cancelled', reason: 'whoever asked was stopped', updatedAt: '$$NOW' } },
  ]);
}

export async function markLate(c: Collections, answerId: ObjectId): Promise<void> {
  await c.messages.updateOne({ _id: answerId }, { $set: { late: true } });
}

/** It woke whoever asked, or came too late for that. Lost with a primary, the sweep brings it once more. */
export async function markBrought(c: Collections, answerId: ObjectId): Promise<void> {
  await c.messages.updateOne({ _id: answerId }, { $unset: { wakes: true } }, { writeConcern: { w: 1 } });
}

const UNBROUGHT = {
  wakes: true as const,
  kind: 'answer' as const,
  inReplyTo: { $type: 'objectId' as const },
  rankAt: { $type: 'date' as const },
};

export type UnbroughtPlace = Pick<MessageDocument, '_id' | 'arrivedAt'>;

interface UnbroughtQuery {
  olderThanMs: number;
  after: UnbroughtPlace | null;
  limit: number;
}

/** Answers that were stored, and whose asker may not have been woken: the process died between the two. */
export const findUnbrought = (
  c: Collections,
  { olderThanMs, after, limit }: UnbroughtQuery,
): Promise<MessageDocument[]> =>
  c.messages
    .find({
      ...UNBROUGHT,
      // A date in any case: past anything else no place can be named.
      arrivedAt: { $type: 'date', ...(after ? { $gte: after.arrivedAt } : {}) },
      ...(after ? { $or: [{ arrivedAt: { $gt: after.arrivedAt } }, { _id: { $gt: after._id } }] } : {}),
      $expr: { $lte: ['$arrivedAt', { $subtract: ['$$NOW', olderThanMs] }] },
    })
    .sort({ arrivedAt: 1, _id: 1 })
    .limit(limit)
    .toArray();

/** Of these, in the order they were stored in. */
export const findUnbroughtOf = (c: Collections, ids: ObjectId[]): Promise<MessageDocument[]> =>
  c.messages
    .find({ ...UNBROUGHT, _id: { $in: ids } })
    .sort({ _id: 1 })
    .toArray();

/** Of those threads where exactly one question waits for a person. By tenant, as their index is: a thread may be long. */
export async function findOnlyHumanQuestions(
  c: Collections,
  tenantIds: string[],
  threadIds: ObjectId[],
): Promise<MessageDocument[]> {
  const rows = await c.messages
    .aggregate<{ question: MessageDocument; count: number }>([
      { $match: { tenantId: { $in: tenantIds }, threadId: { $in: threadIds }, ...ASKS_A_PERSON } },
      { $group: { _id: '$threadId', question: { $first: '$$ROOT' }, count: { $sum: 1 } } },
    ])
    .toArray();
  return rows.flatMap(({ question, count }) => (count === 1 ? [question] : []));
}

const ASKS_A_PERSON = {
  kind: 'question' as const,
  assignedTo: HUMAN,
  status: 'none' as const,
  rankAt: { $type: 'date' as const },
};

/** Questions in a thread that wait for a person. */
export const findOpenHumanQuestions = (
  c: Collections,
  tenantId: string,
  threadId: ObjectId,
): Promise<MessageDocument[]> =>
  c.messages
    .find({ tenantId, threadId, ...ASKS_A_PERSON })
    .limit(2)
    .toArray();
