import { isRunOver } from '../../domain/run/schema';
import { standingOf } from '../../domain/run/standing';
import type { ObjectId, RunDocument } from '../../store/documents';
import { findRun, setStanding } from '../../store/runs';
import { crashPoint } from '../../telemetry/crash-point';
import type { Plane } from '../context';
import { readRunTasks, type RunTasks } from './run-tasks';
import { tellNews } from './tell-news';
import { wakePlanner } from './wake-planner';

/** Each round sees what changed during the one before; a run that changes faster than this is left to the sweep. */
const MAX_ROUNDS = 5;

/**
 * Brings a run to where its tasks are: its planner told of what ended, the planner woken, the standing written. Computed
 * from the records alone, so any process may call it at any time and as often as it likes; of two at once the one that
 * wrote last has looked again after its write. What a run that is over leaves behind is `closeRun`'s.
 */
export async function followRun(plane: Plane, tenantId: string, runId: ObjectId): Promise<void> {
  const c = plane.collections;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const run = await findRun(c, tenantId, runId);
    if (!run || isRunOver(run.status)) return;
    const tasks = await readRunTasks(plane, run);
    await tellNews(plane, run, tasks);
    crashPoint('run:after-news');
    await wakePlanner(plane, run);
    if (await isStanding(plane, run, tasks)) return;
  }
}

/** False: something was written, and is to be looked at again. */
async function isStanding(plane: Plane, run: RunDocument, { plan, work }: RunTasks): Promise<boolean> {
  const { status, reason } = standingOf(run.status, plan, work);
  if (status === run.status && reason === run.reason) return true;
  const c = plane.collections;
  const planRow = status === 'done' ? await c.tasks.findOne({ _id: run.planTaskId }) : null;
  const written = await setStanding(c, run, { status, reason, result: planRow?.result ?? null });
  if (written && status !== run.status) {
    plane.log.info({ runId: String(run._id), from: run.status, to: status, reason }, 'run');
  }
  return false;
}
