import type { Document, Filter, ObjectId } from 'mongodb';
import { isRunOver, type TaskCounts } from '../domain/run/schema';
import { TASK_STATUSES } from '../domain/task/schema';
import type { Collections } from './collections';
import type { RunDocument, TaskDocument } from './documents';
import { derivedId, hex } from './ids';
import { insertNow } from './insert-now';
import { listPage, type PageRequest } from './list-page';

/** What belongs to a run is known by the run's id alone, so that opening one can be repeated from any point. */
export const runThreadId = (runId: ObjectId): ObjectId => derivedId(runId, 'thread');
export const planTaskIdOf = (runId: ObjectId): ObjectId => derivedId(runId, 'plan');
export const runTaskId = (runId: ObjectId, key: string): ObjectId => derivedId(runId, 'task', key);

/** Fails with a duplicate key on `openSession` while that session has an open run. */
export const insertRun = (c: Collections, run: Omit<RunDocument, 'createdAt' | 'updatedAt'>): Promise<RunDocument> =>
  insertNow(c.runs, run as RunDocument);

export const findRun = (c: Collections, tenantId: string, id: ObjectId): Promise<RunDocument | null> =>
  c.runs.findOne({ _id: id, tenantId });

export const findOpenRunOf = (c: Collections, tenantId: string, session: string): Promise<RunDocument | null> =>
  c.runs.findOne({ tenantId, openSession: session });

export const listRunPage = <R>(
  c: Collections,
  filter: Filter<RunDocument>,
  page: PageRequest,
  toRecord: (row: RunDocument) => R,
) => listPage(c.runs, filter, { direction: -1 }, page, toRecord);

/** Runs that change with their tasks, after `afterId`; a pass goes round. A failed one goes on only by a redrive. */
export const findRunsToSweep = (c: Collections, afterId: ObjectId | null, limit: number): Promise<RunDocument[]> =>
  c.runs
    .find({ status: { $in: ['planning', 'running', 'blocked'] }, ...(afterId ? { _id: { $gt: afterId } } : {}) })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();

/** Ended runs whose tasks may not all be stopped yet. */
export const findClosingRuns = (c: Collections, limit: number): Promise<RunDocument[]> =>
  c.runs.find({ closing: true }).sort({ endedAt: 1 }).limit(limit).toArray();

/** Nothing can be planned into a run that ended so long ago: whoever was just about to has given up. */
const CLOSED_AFTER_MS = 60_000;

export async function markClosed(c: Collections, runId: ObjectId): Promise<void> {
  await c.runs.updateOne(
    { _id: runId, closing: true, $expr: { $lte: ['$endedAt', { $subtract: ['$$NOW', CLOSED_AFTER_MS] }] } },
    { $unset: { closing: '' } },
  );
}

/** By compare-and-set on what the new standing was computed against. Null: another process wrote meanwhile. */
export const setStanding = (
  c: Collections,
  run: RunDocument,
  { status, reason, result }: Pick<RunDocument, 'status' | 'reason' | 'result'>,
): Promise<RunDocument | null> => {
  const isEnd = status === 'failed' || isRunOver(status);
  return c.runs.findOneAndUpdate(
    { _id: run._id, status: run.status, reason: run.reason },
    [
      {
        $set: {
          status,
          reason: { $literal: reason },
          result: { $literal: result },
          endedAt: isEnd ? { $ifNull: ['$endedAt', '$$NOW'] } : null,
          updatedAt: '$$NOW',
          ...(isRunOver(status) ? { closing: true } : {}),
        },
      },
      ...(isEnd ? [{ $unset: 'openSession' }] : []),
    ] as Document[],
    { returnDocument: 'after' },
  );
};

const TASK_FIELDS = {
  tenantId: 1,
  key: 1,
  title: 1,
  kind: 1,
  status: 1,
  reason: 1,
  epoch: 1,
  dependsOn: 1,
  assignedTo: 1,
  dispatchId: 1,
  told: 1,
  planHash: 1,
} as const;
export type RunTask = Pick<TaskDocument, '_id' | keyof typeof TASK_FIELDS>;

/** A little more than a run may have, so that one too many is seen and not silently cut. */
const MOST_TASKS = 1_000;

/** All tasks of a run, its plan task too, without their texts. */
export const findRunTasks = (c: Collections, tenantId: string, runId: ObjectId): Promise<RunTask[]> =>
  c.tasks
    .find<RunTask>(
      { runId, tenantId, rankAt: { $type: 'date' }, deletedAt: { $exists: false } },
      { projection: TASK_FIELDS },
    )
    .sort({ _id: 1 })
    .limit(MOST_TASKS)
    .toArray();

/**
 * How many tasks of each run are in each status, the plan tasks left out; runs without any are missing. Those in which a
 * driver wrote no status there is count nowhere.
 */
export async function countRunTasks(
  c: Collections,
  tenantId: string,
  runIds: ObjectId[],
): Promise<Map<string, TaskCounts>> {
  const rows = await c.tasks
    .aggregate<{ _id: { runId: ObjectId; status: TaskDocument['status'] }; count: number }>([
      {
        $match: {
          runId: { $in: runIds, $not: { $type: 'array' } },
          tenantId,
          kind: { $ne: 'plan' },
          status: { $in: [...TASK_STATUSES] },
          rankAt: { $type: 'date' },
          deletedAt: { $exists: false },
        },
      },
      { $group: { _id: { runId: '$runId', status: '$status' }, count: { $sum: 1 } } },
    ])
    .toArray();
  const counts = new Map<string, TaskCounts>();
  for (const { _id, count } of rows) {
    const id = hex(_id.runId);
    counts.set(id, { ...counts.get(id), [_id.status]: count });
  }
  return counts;
}

export async function markTold(c: Collections, taskId: ObjectId, told: string): Promise<void> {
  await c.tasks.updateOne({ _id: taskId }, { $set: { told } });
}
