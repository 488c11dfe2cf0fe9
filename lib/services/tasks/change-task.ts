import { requirePermission } from '../../auth/policy';
import { redactSecrets } from '../../domain/redact';
import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { ControlPlaneError, invalidField, notFound } from '../../domain/errors';
import type { PatchTask, Task } from '../../domain/task/schema';
import type { TaskDocument } from '../../store/documents';
import { bodyId, pathId } from '../../store/ids';
import { changeIdleTask, findTask } from '../../store/tasks';
import { toTask } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import { holdOf } from '../budgets/spent';
import type { Context } from '../context';
import { redriveSource } from '../dispatches/redrive';
import { withPath } from '../projects/with-path';
import { closeRun } from '../runs/close-run';
import { followRun } from '../runs/follow-run';
import { requireThreadReferences } from '../threads/create-thread';
import { redactDeliverables, requireDistinctNames } from './deliverables';
import { stopTask } from './stop-task';

const IDLE: TaskDocument['status'][] = ['pending', 'ready', 'held', 'dead'];

export async function patchTask(ctx: Context, id: string, patch: PatchTask): Promise<Task> {
  requirePermission(ctx.principal, 'tasks:write');
  const { plane, principal } = ctx;
  const taskId = pathId('task', id);
  const before = await findTask(plane.collections, principal.tenantId, taskId);
  if (!before) throw notFound('task', id);
  const assignedTo = patch.assignedTo ?? before.assignedTo;
  const priority = patch.priority ?? before.priority;
  const type = await plane.agentTypes.get(principal.tenantId, assignedTo);
  if (!type) throw invalidField('assignedTo', `got '${assignedTo}', wants the slug of an agent type that exists`);
  await requireThreadReferences(ctx, { projectId: patch.projectId });
  const deliverables = patch.deliverables && redactDeliverables(patch.deliverables);
  requireDistinctNames(deliverables ?? []);
  const held = await holdOf(plane, type, priority);
  const movable = before.status === 'ready' || before.status === 'held';
  const row = await changeIdleTask(
    plane.collections,
    principal.tenantId,
    taskId,
    [before.status].filter(s => IDLE.includes(s)),
    {
      ...(patch.title === undefined ? {} : { title: { $literal: redactSecrets(patch.title) } }),
      ...(patch.input === undefined ? {} : { input: { $literal: redactSecrets(patch.input) } }),
      ...(deliverables ? { deliverables: { $literal: deliverables } } : {}),
      ...(patch.projectId === undefined
        ? {}
        : { projectId: patch.projectId === null ? null : bodyId('projectId', patch.projectId) }),
      assignedTo,
      priority,
      ...(movable ? { status: held === null ? 'ready' : 'held', reason: { $literal: held } } : {}),
      rankAt: { $add: ['$availableAt', YIELDS_MS[priority]] },
    },
  );
  if (!row) throw busy(before, 'change');
  await recordActivity(ctx, {
    action: 'task.update',
    subject: { kind: 'task', id },
    changes: (['title', 'assignedTo', 'priority'] as const)
      .filter(field => before[field] !== row[field])
      .map(field => ({ field, before: before[field], after: row[field] })),
  });
  if (row.status === 'ready') plane.doorbell.ring(principal.tenantId);
  return withPath(plane, toTask(row));
}

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

const busy = (row: TaskDocument, verb: string): ControlPlaneError =>
  new ControlPlaneError('conflict', `This task is ${row.status}; too late to ${verb} it.`);
