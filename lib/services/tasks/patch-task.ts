import { requirePermission } from '../../auth/policy';
import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { ControlPlaneError, invalidField, notFound } from '../../domain/errors';
import { redactSecrets } from '../../domain/redact';
import type { PatchTask, Task } from '../../domain/task/schema';
import type { TaskDocument } from '../../store/documents';
import { bodyId, pathId } from '../../store/ids';
import { changeTaskAsRead, findTask } from '../../store/tasks';
import { toTask } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import { holdOf } from '../budgets/spent';
import type { Context } from '../context';
import { CANCEL_TRIES } from '../dispatches/stop-holder';
import { withPath } from '../projects/with-path';
import { requireThreadReferences } from '../threads/create-thread';
import { busy } from './change-task';
import { redactDeliverables, requireDistinctNames } from './deliverables';

/** Nobody works on it in these, so that it may change. */
const IDLE: TaskDocument['status'][] = ['pending', 'ready', 'held', 'dead'];

interface Change {
  before: TaskDocument;
  row: TaskDocument;
}

/** What it is, whom it is for and how urgent. */
export async function patchTask(ctx: Context, id: string, patch: PatchTask): Promise<Task> {
  requirePermission(ctx.principal, 'tasks:write');
  const { plane, principal } = ctx;
  const { before, row } = await change(ctx, id, patch);
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

/** Where it stands was worked out from what it was; what another changed meanwhile is not undone, but looked at again. */
async function change(ctx: Context, id: string, patch: PatchTask): Promise<Change> {
  for (let attempt = 1; attempt <= CANCEL_TRIES; attempt += 1) {
    const changed = await tryChange(ctx, id, patch);
    if (changed) return changed;
  }
  throw new ControlPlaneError('conflict', 'This task is changing hands; try again.');
}

async function tryChange(ctx: Context, id: string, patch: PatchTask): Promise<Change | null> {
  const { plane, principal } = ctx;
  const before = await findTask(plane.collections, principal.tenantId, pathId('task', id));
  if (!before) throw notFound('task', id);
  const { assignedTo = before.assignedTo, priority = before.priority } = patch;
  const type = await plane.agentTypes.get(principal.tenantId, assignedTo);
  if (!type) throw invalidField('assignedTo', `got '${assignedTo}', wants the slug of an agent type that exists`);
  await requireThreadReferences(ctx, { projectId: patch.projectId });
  const deliverables = patch.deliverables && redactDeliverables(patch.deliverables);
  requireDistinctNames(deliverables ?? []);
  if (!IDLE.includes(before.status)) throw busy(before, 'change');
  const held = await holdOf(plane, type, priority);
  const movable = before.status === 'ready' || before.status === 'held';
  const row = await changeTaskAsRead(plane.collections, before, {
    ...fieldsOf({ ...patch, deliverables }),
    assignedTo,
    priority,
    ...(movable ? { status: held === null ? 'ready' : 'held', reason: { $literal: held } } : {}),
    rankAt: { $add: ['$availableAt', YIELDS_MS[priority]] },
  });
  return row && { before, row };
}

/** As they are written: text is never an expression, and holds no key. `deliverables`: without theirs already. */
const fieldsOf = ({ title, input, deliverables, projectId }: PatchTask) => ({
  ...(title === undefined ? {} : { title: { $literal: redactSecrets(title) } }),
  ...(input === undefined ? {} : { input: { $literal: redactSecrets(input) } }),
  ...(deliverables ? { deliverables: { $literal: deliverables } } : {}),
  ...(projectId === undefined ? {} : { projectId: projectId === null ? null : bodyId('projectId', projectId) }),
});
