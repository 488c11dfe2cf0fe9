import { requirePermission } from '../../auth/policy';
import { redactSecrets } from '../../domain/redact';
import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { invalidField } from '../../domain/errors';
import type { CreateTask, Task } from '../../domain/task/schema';
import type { ObjectId } from '../../store/documents';
import { bodyId, hex, newId } from '../../store/ids';
import { findTasksById, insertTask, readyWhole } from '../../store/tasks';
import { takeSeq } from '../../store/threads';
import { toTask } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import { holdOf } from '../budgets/spent';
import type { Context } from '../context';
import { findOrReopenThread } from '../messages/adoption/lost-thread';
import { withPath } from '../projects/with-path';
import { requireThreadReferences } from '../threads/create-thread';
import { redactDeliverables, requireDistinctNames } from './deliverables';

/** Ready at once, or pending until all it depends on is done; held while its type takes no work. */
export async function createTask(ctx: Context, input: CreateTask, recordId?: string): Promise<Task> {
  requirePermission(ctx.principal, 'tasks:write');
  const { plane, principal } = ctx;
  const c = plane.collections;
  const type = await plane.agentTypes.get(principal.tenantId, input.assignedTo);
  if (!type) throw invalidField('assignedTo', `got '${input.assignedTo}', wants the slug of an agent type that exists`);
  await requireThreadReferences(ctx, { projectId: input.projectId });
  const deliverables = redactDeliverables(input.deliverables);
  requireDistinctNames(deliverables);
  const dependsOn = input.dependsOn.map((id, at) => bodyId(`dependsOn.${at}`, id));
  const pending = await hasOpenDependencies(ctx, dependsOn);
  const threadId = input.threadId ? bodyId('threadId', input.threadId) : null;
  const named = threadId ? await findOrReopenThread(plane, principal.tenantId, threadId) : null;
  if (threadId && !named)
    throw invalidField('threadId', `got '${input.threadId}', wants the id of a thread that exists`);
  const thread = threadId ? await takeSeq(c, principal.tenantId, threadId, 'task') : null;
  const held = await holdOf(plane, type, input.priority);
  const id = recordId === undefined ? newId() : bodyId('recordId', recordId);
  const row = await insertTask(c, YIELDS_MS[input.priority], {
    _id: id,
    tenantId: principal.tenantId,
    createdBy: principal.id,
    title: redactSecrets(input.title),
    input: redactSecrets(input.input),
    assignedTo: input.assignedTo,
    priority: input.priority,
    projectId: input.projectId ? bodyId('projectId', input.projectId) : (thread?.projectId ?? null),
    threadId,
    runId: null,
    key: null,
    kind: 'work',
    dependsOn,
    deliverables,
    status: pending ? 'pending' : held === null ? 'ready' : 'held',
    reason: pending ? null : held,
    result: null,
    lane: threadId ?? id,
    seq: thread?.lastSeq ?? 0,
    attempts: 0,
    epoch: 0,
    dispatchId: null,
    ledger: {},
  });
  await recordActivity(ctx, { action: 'task.create', subject: { kind: 'task', id: hex(id) }, changes: [] });
  // What it depends on may have been done since it was looked at; also where it was made by a call that died here.
  const late = row.status === 'pending' ? await readyWhole(c, principal.tenantId, { _id: id }) : 0;
  if (row.status === 'ready' || late > 0) plane.doorbell.ring(principal.tenantId);
  return withPath(plane, toTask(late > 0 ? { ...row, status: 'ready' } : row));
}

async function hasOpenDependencies({ plane, principal }: Context, ids: ObjectId[]): Promise<boolean> {
  if (ids.length === 0) return false;
  const rows = await findTasksById(plane.collections, principal.tenantId, ids);
  const missing = ids.findIndex(id => !rows.some(row => row._id.equals(id)));
  if (missing >= 0)
    throw invalidField(`dependsOn.${missing}`, `got '${hex(ids[missing]!)}', wants the id of a task that exists`);
  return rows.some(row => row.status !== 'done');
}
