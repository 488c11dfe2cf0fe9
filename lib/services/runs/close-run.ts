import { isRunOver } from '../../domain/run/schema';
import { isTaskOver } from '../../domain/task/schema';
import type { ObjectId } from '../../store/documents';
import { findRun, markClosed } from '../../store/runs';
import type { Plane } from '../context';
import { stopTask } from '../tasks/stop-task';
import { readRunTasks } from './run-tasks';

/**
 * Stops what still runs or waits in a run that is over: the planner first, so that it plans nothing more. One that cannot
 * be stopped holds up no other, and is the error afterwards. Repeatable.
 */
export async function closeRun(plane: Plane, tenantId: string, runId: ObjectId): Promise<void> {
  const run = await findRun(plane.collections, tenantId, runId);
  if (!run || !isRunOver(run.status)) return;
  const { plan, work } = await readRunTasks(plane, run);
  const open = [...(plan ? [plan] : []), ...work].filter(({ status }) => !isTaskOver(status));
  const failures: unknown[] = [];
  for (const { row } of open) {
    await stopTask(plane, tenantId, row._id, `its run is ${run.status}`).catch(error => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
  if (open.length === 0) await markClosed(plane.collections, runId);
}
