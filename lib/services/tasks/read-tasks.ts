import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ListTasks, Task } from '../../domain/task/schema';
import { bodyId, pathId } from '../../store/ids';
import { findTask, listTaskPage } from '../../store/tasks';
import { hasWordsOf, TASK_TEXT } from '../../store/standing-text';
import { legibleOne } from '../../store/to-record/legible';
import { toTask } from '../../store/to-record/work';
import type { Context } from '../context';
import { withFirstHeartbeat } from '../dispatches/with-first-heartbeat';
import { underProject } from '../projects/under-project';
import { pageWithPaths, withPath } from '../projects/with-path';

export async function listTasks(ctx: Context, query: ListTasks): Promise<Page<Task>> {
  requirePermission(ctx.principal, 'tasks:read');
  const { plane, principal } = ctx;
  const { limit, cursor, q, runId, threadId, projectId, ...fields } = query;
  const filter = {
    tenantId: principal.tenantId,
    ...fields,
    ...(principal.role === 'agent' ? { assignedTo: principal.agentType! } : {}),
    ...(runId ? { runId: bodyId('runId', runId) } : {}),
    ...(threadId ? { threadId: bodyId('threadId', threadId) } : {}),
    ...(await underProject(ctx, projectId)),
    ...hasWordsOf(TASK_TEXT, ctx.principal.tenantId, q),
  };
  return pageWithPaths(plane, await listTaskPage(plane.collections, filter, { limit, cursor }, toTask));
}

export async function getTask(ctx: Context, id: string): Promise<Task> {
  requirePermission(ctx.principal, 'tasks:read');
  const { plane, principal } = ctx;
  const row = await findTask(plane.collections, principal.tenantId, pathId('task', id));
  const task = legibleOne(row, toTask);
  if (!task || (principal.role === 'agent' && task.assignedTo !== principal.agentType)) throw notFound('task', id);
  return withPath(plane, await withFirstHeartbeat(plane, task));
}
