import type { Filter, ObjectId } from 'mongodb';
import type { Page } from '../domain/fields';
import type { ListToolCalls } from '../domain/tool-call/schema';
import type { Collections } from './collections';
import type { ToolCallDocument } from './documents';
import { bodyId, newId } from './ids';
import { insertNow } from './insert-now';
import { listPage } from './list-page';
import { hasWords } from './text-filter';

export type NewToolCall = Pick<
  ToolCallDocument,
  'tenantId' | 'createdBy' | 'tool' | 'sessionId' | 'dispatchId' | 'agentType'
>;

export const insertToolCall = (c: Collections, call: NewToolCall): Promise<ToolCallDocument> =>
  insertNow(
    c.toolCalls,
    { _id: newId(), ...call, status: 'started', endedAt: null, durationMs: null, error: null } as ToolCallDocument,
    ['createdAt', 'updatedAt', 'startedAt'],
  );

/** The first end counts. False: it had ended. */
export async function endCall(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  { durationMs, error }: { durationMs: number; error: string | null },
): Promise<boolean> {
  const result = await c.toolCalls.updateOne({ _id: id, tenantId, status: 'started' }, [
    {
      $set: {
        status: error === null ? 'done' : 'error',
        durationMs,
        error: { $literal: error },
        endedAt: '$$NOW',
        updatedAt: '$$NOW',
      },
    },
  ]);
  return result.modifiedCount === 1;
}

/** Nobody will end these any more. */
export async function abandonCalls(c: Collections, filter: Filter<ToolCallDocument>): Promise<number> {
  const result = await c.toolCalls.updateMany({ ...filter, status: 'started' }, [
    { $set: { status: 'error', error: 'abandoned', endedAt: '$$NOW', updatedAt: '$$NOW' } },
  ]);
  return result.modifiedCount;
}

/** Calls that began before `olderThanMs` ago and have not ended, with what became of their sessions. */
export async function findOldCalls(
  c: Collections,
  olderThanMs: number,
  limit: number,
): Promise<{ id: ObjectId; ageMs: number; isSessionOpen: boolean }[]> {
  const rows = await c.toolCalls
    .aggregate<{ _id: ObjectId; ageMs: number; open: unknown[] }>([
      { $match: { status: 'started', $expr: { $lte: ['$startedAt', { $subtract: ['$$NOW', olderThanMs] }] } } },
      { $sort: { startedAt: 1 } },
      { $limit: limit },
      {
        $lookup: {
          from: c.sessions.collectionName,
          localField: 'sessionId',
          foreignField: '_id',
          pipeline: [{ $match: { status: 'open' } }, { $project: { _id: 1 } }],
          as: 'open',
        },
      },
      { $project: { ageMs: { $subtract: ['$$NOW', '$startedAt'] }, open: 1 } },
    ])
    .toArray();
  return rows.map(({ _id, ageMs, open }) => ({ id: _id, ageMs, isSessionOpen: open.length > 0 }));
}

export function listToolCallRows<R>(
  c: Collections,
  tenantId: string,
  { limit, cursor, q, tool, status, sessionId, dispatchId, agentType }: ListToolCalls,
  toRecord: (row: ToolCallDocument) => R,
): Promise<Page<R>> {
  const filter: Filter<ToolCallDocument> = {
    tenantId,
    ...(tool ? { tool } : {}),
    ...(status ? { status } : {}),
    ...(sessionId ? { sessionId: bodyId('sessionId', sessionId) } : {}),
    ...(dispatchId ? { dispatchId: bodyId('dispatchId', dispatchId) } : {}),
    ...(agentType ? { agentType } : {}),
    ...hasWords(q),
  };
  return listPage(c.toolCalls, filter, { direction: -1 }, { limit, cursor }, toRecord);
}
