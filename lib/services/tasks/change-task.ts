import { requirePermission } from '../../auth/policy';
import { ControlPlaneError, notFound } from '../../domain/errors';
import type { Task } from '../../domain/task/schema';
import type { TaskDocument } from '../../store/documents';
import { pathId } from '../../store/ids';
import { findTask } from '../../store/tasks';
import { toTask } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { redriveSource } from '../dispatches/redrive';
import { withPath } from '../projects/with-path';
import { closeRun } from '../runs/close-run';
import { followRun } from '../runs/follow-run';
import { stopTask } from './stop-task';

export async function cancelTask(ctx: Context, id: string): Promise<Task> {
  requirePermission(ctx.principal, 'tasks:write');
  const { plane, principal } = ctx;
  const taskId = pathId('task', id);
  const stopping = await stopTask(plane, principal.tenantId, taskId, 'cancelled by a person');
  const { row, isStopped, isMoving } = stopping;
  if (!row) throw notFound('task', id);
  if (isMoving) throw new ControlPlaneError('conflict', 'This task is changing hands; try again.');
  if (!isStopped) throw busy(row, 'cancel');
  await recordActivity(ctx, { action: 'task.cancel', subject: { kind: 'task', id }, changes: [] });
  if (row.runId) {
    await followRun(plane, principal.tenantId, row.runId);
    await closeRun(plane, principal.tenantId, row.runId);
  }
  return withPath(plane, toTask((await findTask(plane.collections, principal.tenantId, taskId)) ?? row));
}

/** Dead work gets another chance, with its attempts counted from nothing. */
export async function redriveTask(ctx: Context, id: string): Promise<Task> {
  requirePermission(ctx.principal, 'dispatches:steer');
  const { plane, principal } = ctx;
  const taskId = pathId('task', id);
  const before = await findTask(plane.collections, principal.tenantId, taskId);
  if (!before) throw notFound('task', id);
  await redriveSource(plane, principal.tenantId, { kind: 'task', id: taskId });
  await recordActivity(ctx, { action: 'task.redrive', subject: { kind: 'task', id }, changes: [] });
  return withPath(plane, toTask((await findTask(plane.collections, principal.tenantId, taskId)) ?? before));
}

/** Too late for it. */
export const busy = (row: TaskDocument, verb: string): ControlPlaneError =>
  new ControlPlaneError('conflict', `This task is ${row.status}; too late to ${verb} it.`);
