import type { Document, Filter } from 'mongodb';
import type { InboxKind } from '../domain/inbox/schema';
import { HUMAN } from '../domain/fields';
import { PLAIN_KINDS } from '../domain/message/to-people';
import type { Collections } from './collections';
import type { DispatchDocument, MessageDocument, ObjectId, TaskDocument } from './documents';
import { isTime } from './raw-document';
import { containsText } from './text-filter';
import { beyond, type TimePlace } from './time-cursor';

/** What waits for a person, newest first, one query a kind; each has its index. */

export interface InboxQuery {
  tenantId: string;
  q: string | undefined;
  after: TimePlace | null;
  limit: number;
}

const THERE = { rankAt: { $type: 'date' }, deletedAt: { $exists: false } };

/**
 * What has no time there has no place in the list. Text is looked for in what it says itself: what waits is
 * never much, and what its thread is called is found among the threads.
 */
const newest = <T>(filter: Document, field: string, texts: string[], { tenantId, q, after }: InboxQuery): Filter<T> =>
  ({
    $and: [{ tenantId, ...filter, ...isTime(field) }, containsText(q, texts), beyond(after, field, -1)],
  }) as Filter<T>;

const open = (isBlocker: boolean): Document => ({
  kind: 'question',
  assignedTo: HUMAN,
  status: 'none',
  isBlocker: isBlocker ? true : { $exists: false },
  ...THERE,
});

/** Questions to people that nobody answered, or blockers. */
export const findOpenQuestions = (c: Collections, query: InboxQuery, isBlocker: boolean): Promise<MessageDocument[]> =>
  c.messages
    .find(newest(open(isBlocker), 'createdAt', ['body'], query))
    .sort({ createdAt: -1, _id: -1 })
    .limit(query.limit)
    .toArray();

/** To people, and no question: it waits until one of them has seen to it. */
const TO_PEOPLE = { kind: { $in: PLAIN_KINDS }, assignedTo: HUMAN, status: 'none' as const, ...THERE };

export const findMessagesToPeople = (c: Collections, query: InboxQuery): Promise<MessageDocument[]> =>
  c.messages
    .find(newest(TO_PEOPLE, 'createdAt', ['body'], query))
    .sort({ createdAt: -1, _id: -1 })
    .limit(query.limit)
    .toArray();

/** The first reading stands. */
export const SEEN_TO = {
  status: 'done',
  'ledger.readAt': { $ifNull: ['$ledger.readAt', '$$NOW'] },
  'ledger.doneAt': { $ifNull: ['$ledger.doneAt', '$$NOW'] },
};

/** Of what waits for people, these leave the inbox. Again changes nothing. */
export async function markSeenTo(
  c: Collections,
  which: Filter<MessageDocument> & Pick<MessageDocument, 'tenantId'>,
): Promise<void> {
  await c.messages.updateMany({ $and: [which, TO_PEOPLE] } as Filter<MessageDocument>, [
    { $set: { ...SEEN_TO, updatedAt: '$$NOW' } },
  ]);
}

type Stuck = Extract<InboxKind, 'dead' | 'loop-stopped' | 'unroutable'>;
export const findStuckMessages = (c: Collections, query: InboxQuery, status: Stuck): Promise<MessageDocument[]> =>
  c.messages
    .find(newest({ status, ...THERE }, 'updatedAt', ['body', 'reason'], query))
    .sort({ updatedAt: -1, _id: -1 })
    .limit(query.limit)
    .toArray();

/** Dead tasks; or, with no planner to see to them, incomplete ones. */
export const findStuckTasks = (
  c: Collections,
  query: InboxQuery,
  status: 'dead' | 'incomplete',
): Promise<TaskDocument[]> =>
  c.tasks
    .find(
      newest(
        { status, ...(status === 'incomplete' ? { runId: null } : {}), ...THERE },
        'updatedAt',
        ['title', 'reason'],
        query,
      ),
      { projection: { input: 0, result: 0, handoff: 0 } },
    )
    .sort({ updatedAt: -1, _id: -1 })
    .limit(query.limit)
    .toArray();

export const findLateOutputs = (c: Collections, query: InboxQuery): Promise<DispatchDocument[]> =>
  c.dispatches
    .find(newest({}, 'lateOutput.at', ['lateOutput.output'], query))
    .sort({ 'lateOutput.at': -1, _id: -1 })
    .limit(query.limit)
    .toArray();

/** Who asked, for a page of questions. */
export const findAskers = (c: Collections, questionIds: ObjectId[]): Promise<DispatchDocument[]> =>
  c.dispatches.find({ 'question.id': { $in: questionIds } }).toArray();
