import type { Filter, ObjectId } from 'mongodb';
import type { Page } from '../domain/fields';
import { SESSION_IDLE_MS, type ListSessions } from '../domain/session/schema';
import { OPEN_DISPATCH_STATUSES } from '../domain/dispatch/schema';
import type { Collections } from './collections';
import type { SessionDocument } from './documents';
import { bodyId, newId } from './ids';
import { insertNow } from './insert-now';
import { listPage } from './list-page';
import { hasWords } from './text-filter';

/** A busy session is written this often, not at every call: each write is a change the stream has to read. */
const TOUCH_EVERY_MS = 10_000;

const notIdle = { $expr: { $gt: ['$lastActiveAt', { $subtract: ['$$NOW', SESSION_IDLE_MS] }] } };
const idle = { $expr: { $lte: ['$lastActiveAt', { $subtract: ['$$NOW', SESSION_IDLE_MS] }] } };

export type NewSession = Pick<
  SessionDocument,
  'tenantId' | 'createdBy' | 'key' | 'client' | 'agentType' | 'dispatchId' | 'threadId'
>;

/** The open session of a key, as active as now. Null: there is none, or it has been idle for too long. */
export const touchSession = (c: Collections, key: string): Promise<SessionDocument | null> =>
  c.sessions.findOneAndUpdate(
    { key, status: 'open', ...notIdle },
    [
      {
        $set: {
          lastActiveAt: {
            $cond: [{ $lte: ['$lastActiveAt', { $subtract: ['$$NOW', TOUCH_EVERY_MS] }] }, '$$NOW', '$lastActiveAt'],
          },
        },
      },
    ],
    { returnDocument: 'after' },
  );

/** Duplicate key: its key has an open one. */
export const insertSession = (c: Collections, session: NewSession): Promise<SessionDocument> =>
  insertNow(c.sessions, { _id: newId(), ...session, status: 'open', toolCalls: 0, endedAt: null } as SessionDocument, [
    'createdAt',
    'updatedAt',
    'openedAt',
    'lastActiveAt',
  ]);

/** One more call of it. False: it is not open any more. */
export async function countCall(c: Collections, sessionId: ObjectId): Promise<boolean> {
  const result = await c.sessions.updateOne({ _id: sessionId, status: 'open' }, [
    { $set: { toolCalls: { $add: ['$toolCalls', 1] }, lastActiveAt: '$$NOW' } },
  ]);
  return result.matchedCount === 1;
}

export async function closeSessions(c: Collections, filter: Filter<SessionDocument>): Promise<number> {
  const result = await c.sessions.updateMany({ ...filter, status: 'open' }, [
    { $set: { status: 'closed', endedAt: '$$NOW', updatedAt: '$$NOW' } },
  ]);
  return result.modifiedCount;
}

/** By key: the one that stands in a new one's way. */
export const expireIdle = async (c: Collections, filter: Filter<SessionDocument>): Promise<boolean> => {
  const result = await c.sessions.updateOne({ ...filter, status: 'open', ...idle }, [
    {
      $set: {
        status: 'expired',
        endedAt: '$$NOW',
        updatedAt: '$$NOW',
        idleMs: { $subtract: ['$$NOW', '$lastActiveAt'] },
      },
    },
  ]);
  return result.modifiedCount === 1;
};

export async function findIdleSessions(c: Collections, limit: number): Promise<ObjectId[]> {
  const rows = await c.sessions
    .find({ status: 'open', ...idle }, { projection: { _id: 1 } })
    .sort({ lastActiveAt: 1 })
    .limit(limit)
    .toArray();
  return rows.map(({ _id }) => _id);
}

/** Open sessions whose dispatch is over, or gone; those of dispatches that go on do not count against the limit. */
export async function findSessionsOfEndedDispatches(c: Collections, limit: number): Promise<ObjectId[]> {
  const rows = await c.sessions
    .aggregate<{ _id: ObjectId }>([
      { $match: { status: 'open', dispatchId: { $ne: null } } },
      {
        $lookup: {
          from: c.dispatches.collectionName,
          localField: 'dispatchId',
          foreignField: '_id',
          pipeline: [{ $match: { status: { $in: [...OPEN_DISPATCH_STATUSES] } } }, { $project: { _id: 1 } }],
          as: 'open',
        },
      },
      { $match: { open: [] } },
      { $limit: limit },
      { $project: { _id: 1 } },
    ])
    .toArray();
  return rows.map(({ _id }) => _id);
}

export const findSession = (c: Collections, tenantId: string, id: ObjectId): Promise<SessionDocument | null> =>
  c.sessions.findOne({ _id: id, tenantId });

export function listSessionRows<R>(
  c: Collections,
  tenantId: string,
  { limit, cursor, q, status, agentType, dispatchId, threadId }: ListSessions,
  toRecord: (row: SessionDocument) => R,
): Promise<Page<R>> {
  const filter: Filter<SessionDocument> = {
    tenantId,
    ...(status ? { status } : {}),
    ...(agentType ? { agentType } : {}),
    ...(dispatchId ? { dispatchId: bodyId('dispatchId', dispatchId) } : {}),
    // `$type` lets it use the index that only sessions of a thread are in.
    ...(threadId ? { threadId: { $eq: bodyId('threadId', threadId), $type: 'objectId' as const } } : {}),
    ...hasWords(q),
  };
  return listPage(c.sessions, filter, { direction: -1 }, { limit, cursor }, toRecord);
}
