import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { Pathless } from '../../domain/project/schema';
import type { ListTasks, Task } from '../../domain/task/schema';
import type { ObjectId } from '../../store/documents';
import { bodyId, hex } from '../../store/ids';
import { findTask, listTaskPage } from '../../store/tasks';
import { legibleOne } from '../../store/to-record/legible';
import { toTask } from '../../store/to-record/work';
import { requireReader, type Caller } from '../identity/caller';
import { getTask, listTasks } from './read-tasks';

/** Tasks for whoever calls a tool. A run's planner sees all of its run; every other agent those of its own type. */

const plannedBy = ({ dispatch }: Caller): ObjectId | null =>
  dispatch?.run?.tier === 'orchestrator' ? dispatch.run.id : null;

export async function listTasksAs(caller: Caller, query: ListTasks): Promise<Page<Pathless<Task>>> {
  requireReader(caller);
  const runId = plannedBy(caller);
  if (!runId) return listTasks(caller.ctx, query);
  if (query.runId !== undefined && query.runId !== hex(runId)) throw notFound('run', query.runId);
  const { plane, principal } = caller.ctx;
  const { limit, cursor, status } = query;
  const filter = { tenantId: principal.tenantId, runId, kind: 'work' as const, ...(status ? { status } : {}) };
  return listTaskPage(plane.collections, filter, { limit, cursor }, toTask);
}

export async function getTaskAs(caller: Caller, taskId: string): Promise<Pathless<Task>> {
  requireReader(caller);
  const runId = plannedBy(caller);
  if (!runId) return getTask(caller.ctx, taskId);
  const { plane, principal } = caller.ctx;
  const row = await findTask(plane.collections, principal.tenantId, bodyId('taskId', taskId));
  const task = legibleOne(row, toTask);
  if (task?.runId !== hex(runId)) throw notFound('task', taskId);
  return task;
}
