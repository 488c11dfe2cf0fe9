import type { Filter } from 'mongodb';
import type { Collections } from './collections';
import type { MessageDocument, ObjectId } from './documents';
import { bodyId } from './ids';
import type { PageRequest } from './list-page';
import { listMessagePage } from './messages';

/**
 * Whose messages: an addressee's, in these threads (null: in all), what is asked in that thread of a run's orchestrator,
 * and answers to this question.
 */
export interface InboxScope {
  tenantId: string;
  addressee: string;
  threads: ObjectId[] | null;
  askedIn: ObjectId | null;
  questionId: ObjectId | null;
}

/** A dispatch that wrote into more threads than this finds the others by reading them. */
const MOST_THREADS = 500;

/** Where a dispatch has its work and where it wrote. */
export async function threadsOfDispatch(
  c: Collections,
  tenantId: string,
  dispatch: { _id: ObjectId; threadId: ObjectId | null },
): Promise<ObjectId[]> {
  const rows = await c.messages
    .aggregate<{ _id: ObjectId }>([
      { $match: { 'from.dispatchId': dispatch._id, tenantId } },
      { $group: { _id: '$threadId' } },
      { $limit: MOST_THREADS },
    ])
    .toArray();
  const written = rows.map(({ _id }) => _id).filter(id => !dispatch.threadId?.equals(id));
  return dispatch.threadId ? [dispatch.threadId, ...written] : written;
}

const addressedTo = ({ tenantId, addressee, threads }: InboxScope): Filter<MessageDocument> => ({
  tenantId,
  assignedTo: addressee,
  ...(threads ? { threadId: { $in: threads } } : {}),
});

/** A question to a run's orchestrator names nobody, so that nobody claims it; the run's thread says whose it is. */
const askedOf = (tenantId: string, threadId: ObjectId): Filter<MessageDocument> => ({
  tenantId,
  threadId,
  kind: 'question',
  assignedTo: null,
});

const toMe = (scope: InboxScope): Filter<MessageDocument>[] => [
  addressedTo(scope),
  ...(scope.askedIn ? [askedOf(scope.tenantId, scope.askedIn)] : []),
];

/** `$type` repeats what the partial index is over; without it the planner does not take the index. */
const answers = (tenantId: string, questionId: ObjectId): Filter<MessageDocument> => ({
  tenantId,
  inReplyTo: { $eq: questionId, $type: 'objectId' },
  kind: 'answer',
});

const inScope = (scope: InboxScope): Filter<MessageDocument>[] => [
  ...toMe(scope),
  ...(scope.questionId ? [answers(scope.tenantId, scope.questionId)] : []),
];

const THERE = { rankAt: { $type: 'date' as const }, deletedAt: { $exists: false } };

/** Newest first. */
export const listInboxPage = (c: Collections, scope: InboxScope, isUnreadOnly: boolean, page: PageRequest) =>
  listMessagePage(
    c,
    { $or: toMe(scope), ...(isUnreadOnly ? { 'ledger.readAt': null } : {}) } as Filter<MessageDocument>,
    { direction: -1 },
    page,
    row => row,
  );

export const findAddressed = (c: Collections, scope: InboxScope, ids: ObjectId[]): Promise<MessageDocument[]> =>
  c.messages.find({ _id: { $in: ids }, $or: inScope(scope), ...THERE } as Filter<MessageDocument>).toArray();

/** The first reading counts; a second changes nothing. */
export async function markRead(c: Collections, tenantId: string, ids: ObjectId[]): Promise<void> {
  await c.messages.updateMany(
    { _id: { $in: ids }, tenantId, 'ledger.readAt': null } as unknown as Filter<MessageDocument>,
    [{ $set: { 'ledger.readAt': '$$NOW', updatedAt: '$$NOW' } }],
  );
}

export interface Arrivals {
  since: Date;
  /** Seen already. */
  except: string[];
  /** Whose own words do not count. */
  notFrom: ObjectId | null;
  limit: number;
}

/** What arrived in scope after `since`, in that order. */
export const findArrivals = (
  c: Collections,
  scope: InboxScope,
  { since, except, notFrom, limit }: Arrivals,
): Promise<MessageDocument[]> =>
  c.messages
    .find({
      $or: inScope(scope).map(filter => ({ ...filter, arrivedAt: { $gt: since } })),
      ...(except.length > 0 ? { _id: { $nin: except.map(id => bodyId('after', id)) } } : {}),
      ...(notFrom ? { 'from.dispatchId': { $ne: notFrom } } : {}),
      ...THERE,
    } as Filter<MessageDocument>)
    .sort({ arrivedAt: 1, _id: 1 })
    .limit(limit)
    .toArray();

export interface Awaited {
  tenantId: string;
  addressees: string[];
  questionIds: ObjectId[];
}
export type ArrivalHint = Pick<MessageDocument, '_id' | 'tenantId' | 'assignedTo' | 'inReplyTo'>;

/** For whom anything arrived since: one query for all who wait, however many they are. */
export const findArrivalHints = (
  c: Collections,
  awaited: Awaited[],
  since: Date,
  limit: number,
): Promise<ArrivalHint[]> =>
  c.messages
    .find(
      {
        $or: awaited.flatMap(({ tenantId, addressees, questionIds }) => [
          { tenantId, assignedTo: { $in: addressees }, arrivedAt: { $gt: since } },
          ...(questionIds.length > 0 ? [{ tenantId, inReplyTo: { $in: questionIds, $type: 'objectId' } }] : []),
        ]),
      } as Filter<MessageDocument>,
      { projection: { tenantId: 1, assignedTo: 1, inReplyTo: 1 } },
    )
    .limit(limit)
    .toArray();

/** The clock all times here are written with. */
export async function databaseNow(c: Collections): Promise<Date> {
  const [row] = await c.tenants.aggregate<{ now: Date }>([{ $limit: 1 }, { $project: { now: '$$NOW' } }]).toArray();
  return row?.now ?? new Date();
}
