import type { Collection, Document, Filter } from 'mongodb';
import { DISPATCH_STATUSES, isOpenDispatch } from '../domain/dispatch/schema';
import type { CleanUpAction, StaleKind } from '../domain/maintenance/schema';
import { SESSION_IDLE_MS } from '../domain/session/schema';
import type { Settings } from '../domain/settings/schema';
import { DAY_MS, MINUTE_MS } from '../kernel/clock';
import { COLLECTION_NAMES, type Collections } from './collections';

/**
 * What is stale, said once: health counts by these rules, a dry run lists by them, and a run takes what they find. All
 * go by the database's clock.
 */
type Retention = Settings['retention'];

interface StaleRule {
  kind: StaleKind;
  action: CleanUpAction;
  collection: keyof Collections;
  /** The time that makes it stale, and how old it may be. */
  since: string;
  olderThanMs(retention: Retention): number;
  /** Besides its age. */
  filter: Document;
  /** What the filter alone cannot know. */
  narrowed?: Document[];
  /** What names it to a person. */
  what: string;
}

const CONSUMER_UNSEEN_MS = 7 * DAY_MS;
const IDEMPOTENCY_KEPT_MS = DAY_MS;
/** The call that ended a dispatch outlives its session by a moment. */
export const CALL_OUTLIVES_SESSION_MS = MINUTE_MS;
/** No tool takes a minute; a call this old lost its process, though its session goes on elsewhere. */
export const LONGEST_CALL_MS = 10 * MINUTE_MS;
/** Past this a count says 'at least': adding up a million old rows would cost more than the number is worth. */
const MOST_COUNTED = 100_000;

const ENDED_DISPATCHES = DISPATCH_STATUSES.filter(status => !isOpenDispatch(status));
const IS_DATE = { $type: 'date' };
const before = (field: string, ms: number): Document => ({ $lte: [`$${field}`, { $subtract: ['$$NOW', ms] }] });

/** A call's session counts as gone when it is not open. */
const LOST_CALLS: Document[] = [
  {
    $lookup: {
      from: COLLECTION_NAMES.sessions,
      localField: 'sessionId',
      foreignField: '_id',
      pipeline: [{ $match: { status: 'open' } }, { $project: { _id: 1 } }],
      as: 'open',
    },
  },
  { $match: { $expr: { $or: [{ $eq: ['$open', []] }, before('startedAt', LONGEST_CALL_MS)] } } },
];

export const STALE_RULES: readonly StaleRule[] = [
  // Before the sessions: a call is judged by its session as the dry run saw it.
  {
    kind: 'abandoned-tool-call',
    action: 'end',
    collection: 'toolCalls',
    since: 'startedAt',
    olderThanMs: () => CALL_OUTLIVES_SESSION_MS,
    filter: { status: 'started' },
    narrowed: LOST_CALLS,
    what: 'tool',
  },
  {
    kind: 'expired-session',
    action: 'end',
    collection: 'sessions',
    since: 'lastActiveAt',
    olderThanMs: () => SESSION_IDLE_MS,
    filter: { status: 'open' },
    what: 'client',
  },
  {
    kind: 'lapsed-claim',
    action: 'end',
    collection: 'dispatches',
    since: 'leaseUntil',
    olderThanMs: () => 0,
    filter: {},
    what: 'agentType',
  },
  {
    kind: 'unseen-consumer',
    action: 'remove',
    collection: 'consumers',
    since: 'lastSeenAt',
    olderThanMs: () => CONSUMER_UNSEEN_MS,
    filter: {},
    what: 'name',
  },
  {
    kind: 'old-idempotency-key',
    action: 'remove',
    collection: 'idempotencyKeys',
    since: 'createdAt',
    olderThanMs: () => IDEMPOTENCY_KEPT_MS,
    filter: {},
    what: '_id',
  },
  {
    kind: 'old-tool-call',
    action: 'remove',
    collection: 'toolCalls',
    since: 'startedAt',
    olderThanMs: ({ toolCallDays }) => toolCallDays * DAY_MS,
    filter: { status: { $in: ['done', 'error'] } },
    what: 'tool',
  },
  {
    kind: 'old-session',
    action: 'remove',
    collection: 'sessions',
    since: 'endedAt',
    olderThanMs: ({ sessionDays }) => sessionDays * DAY_MS,
    filter: { status: { $in: ['closed', 'expired'] } },
    what: 'client',
  },
  {
    kind: 'old-dispatch',
    action: 'remove',
    collection: 'dispatches',
    since: 'endedAt',
    olderThanMs: ({ dispatchDays }) => dispatchDays * DAY_MS,
    // Not while its effects are still being written: the sweep needs it for that.
    filter: { status: { $in: ENDED_DISPATCHES }, settled: true },
    what: 'agentType',
  },
  {
    kind: 'old-activity',
    action: 'remove',
    collection: 'activity',
    since: 'at',
    olderThanMs: ({ activityDays }) => activityDays * DAY_MS,
    filter: {},
    what: 'action',
  },
];

const collectionOf = (c: Collections, rule: StaleRule): Collection<Document> =>
  c[rule.collection] as unknown as Collection<Document>;

export interface StaleQuery {
  tenantId: string;
  retention: Retention;
}

const matchOf = (rule: StaleRule, { tenantId, retention }: StaleQuery): Document => ({
  tenantId,
  ...rule.filter,
  [rule.since]: IS_DATE,
  $expr: before(rule.since, rule.olderThanMs(retention)),
});

export async function countStale(c: Collections, rule: StaleRule, query: StaleQuery): Promise<number> {
  const stages = [{ $match: matchOf(rule, query) }, { $limit: MOST_COUNTED }, ...(rule.narrowed ?? [])];
  const [row] = await collectionOf(c, rule)
    .aggregate<{ count: number }>([...stages, { $count: 'count' }])
    .toArray();
  return row?.count ?? 0;
}

export interface StaleRow {
  // oxlint-disable-next-line typescript/no-explicit-any -- an ObjectId or a text, as the collection has it
  _id: any;
  at: Date;
  what: string;
  epoch?: number;
}

/** Any driver may have written it. */
const textOf = (field: string): Document => ({
  $convert: { input: `$${field}`, to: 'string', onError: '', onNull: '' },
});

/** The oldest first. */
export const findStale = (c: Collections, rule: StaleRule, query: StaleQuery, limit: number): Promise<StaleRow[]> =>
  collectionOf(c, rule)
    .aggregate<StaleRow>([
      { $match: matchOf(rule, query) },
      { $sort: { [rule.since]: 1 } },
      ...(rule.narrowed ?? []),
      { $limit: limit },
      { $project: { at: `$${rule.since}`, what: textOf(rule.what), epoch: 1 } },
    ])
    .toArray();

/** Those of them that are still stale: one that came to life, or that another process took, stays out of it. */
export async function removeStale(
  c: Collections,
  rule: StaleRule,
  query: StaleQuery,
  rows: readonly StaleRow[],
): Promise<number> {
  const ids = rows.map(row => row._id as unknown);
  const filter = { _id: { $in: ids }, ...matchOf(rule, query) } as Filter<Document>;
  const result = await collectionOf(c, rule).deleteMany(filter);
  return result.deletedCount;
}

/** Of all kinds. */
export async function countAllStale(c: Collections, query: StaleQuery): Promise<number> {
  const counts = await Promise.all(STALE_RULES.map(rule => countStale(c, rule, query)));
  return counts.reduce((sum, count) => sum + count, 0);
}

export type { StaleRule };
