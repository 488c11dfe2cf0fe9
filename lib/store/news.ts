import type { Collections } from './collections';
import type { DispatchDocument, MessageDocument, ObjectId } from './documents';

/** What a run's planner was not told yet: messages of its thread that name the run in `newsFor`. */

/** Oldest first. */
export const findUnreadNews = (c: Collections, runId: ObjectId, limit: number): Promise<MessageDocument[]> =>
  c.messages
    .find({ newsFor: { $eq: runId, $exists: true }, deletedAt: { $exists: false } })
    .sort({ seq: 1 })
    .limit(limit)
    .toArray();

/** The planner has these in its prompt. */
export async function markNewsGiven(c: Collections, ids: ObjectId[]): Promise<void> {
  await c.messages.updateMany({ _id: { $in: ids } }, [
    { $set: { 'ledger.readAt': { $ifNull: ['$ledger.readAt', '$$NOW'] } } },
    { $unset: 'newsFor' },
  ]);
}

/** The planner's dispatch, while it waits for news and none was given to it; the plan task is what it has open. */
export const findWaitingPlanner = (c: Collections, planTaskId: ObjectId): Promise<DispatchDocument | null> =>
  c.dispatches.findOne({
    open: { $eq: planTaskId, $exists: true },
    status: 'waiting',
    'question.to': 'system',
    'question.answerId': null,
  });
