import { ControlPlaneError } from '../../domain/errors';
import type { DispatchDocument } from '../../store/documents';
import { findRun } from '../../store/runs';
import { findTask } from '../../store/tasks';
import { findWorkItem, WORK_WORDS } from '../../store/work-items';
import { redriveWork } from '../../store/work-outcomes';
import { reconcileHolds } from '../agent-types/reconcile-holds';
import type { Plane } from '../context';
import { followRun } from '../runs/follow-run';
import { freeOrphan } from './sweep';

/**
 * Work that is dead, incomplete, or stopped as a loop is due again, with its attempts counted from nothing; or held,
 * where its type takes nothing now. By the work itself, for its last dispatch may be past retention.
 */
export async function redriveSource(plane: Plane, tenantId: string, source: DispatchDocument['source']): Promise<void> {
  await refuseOfAnEndedRun(plane, tenantId, source);
  const isDue = (await redriveWork(plane.collections, tenantId, source)) || (await isFreed(plane, tenantId, source));
  if (!isDue) {
    throw new ControlPlaneError(
      'conflict',
      `This ${source.kind} is neither dead nor ${source.kind === 'task' ? 'incomplete' : 'stopped as a loop'}, so there is nothing to redrive.`,
    );
  }
  const item = await findWorkItem(plane.collections, tenantId, source);
  if (item?.assignedTo) await reconcileHolds(plane, tenantId, item.assignedTo);
  plane.doorbell.ring(tenantId);
  if (item?.runId) await followRun(plane, tenantId, item.runId);
}

/** Claimed by a dispatch that is not there, it stands as still as what is dead, until a sweep finds it. */
async function isFreed(plane: Plane, tenantId: string, source: DispatchDocument['source']): Promise<boolean> {
  if (!(await freeOrphan(plane, tenantId, source))) return false;
  const item = await findWorkItem(plane.collections, tenantId, source);
  return item?.status === WORK_WORDS[source.kind].due;
}

/** Nobody would take up what came of it. A run that failed with its planner goes on by this very act. */
async function refuseOfAnEndedRun(
  plane: Plane,
  tenantId: string,
  { kind, id }: DispatchDocument['source'],
): Promise<void> {
  if (kind === 'message') return;
  const task = await findTask(plane.collections, tenantId, id);
  const run = task?.runId ? await findRun(plane.collections, tenantId, task.runId) : null;
  if (run?.status !== 'done' && run?.status !== 'cancelled') return;
  throw new ControlPlaneError(
    'conflict',
    `The run of this task is ${run.status}. Open a new run, or a task by itself.`,
  );
}
