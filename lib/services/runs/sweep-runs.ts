import type { ObjectId, RunDocument } from '../../store/documents';
import { findClosingRuns, findRunsToSweep } from '../../store/runs';
import { readyWhole } from '../../store/tasks';
import type { Plane } from '../context';
import { warnOnce } from '../warn-once';
import { closeRun } from './close-run';
import { followRun } from './follow-run';
import { ensureRunParts } from './run-parts';

/** Runs looked at in one pass, a few short reads each; the next goes on from there and round again. */
const BATCH = 50;

/**
 * What a crash cut off in a run: parts that were not made, a task that has all it needs and was not made ready, news
 * that was not told, a planner that was not woken, a standing that is out of date, an ended run with work left in it.
 */
export class RunSweep {
  #after: ObjectId | null = null;

  constructor(private readonly plane: Plane) {}

  async run(): Promise<void> {
    const c = this.plane.collections;
    const open = await findRunsToSweep(c, this.#after, BATCH);
    this.#after = open.length === BATCH ? open.at(-1)!._id : null;
    for (const run of open) {
      await this.#look(run, async () => {
        await ensureRunParts(this.plane, run);
        const readied = await readyWhole(c, run.tenantId, { runId: run._id });
        if (readied > 0) this.plane.doorbell.ring(run.tenantId);
        await followRun(this.plane, run.tenantId, run._id);
      });
    }
    for (const run of await findClosingRuns(c, BATCH)) {
      await this.#look(run, () => closeRun(this.plane, run.tenantId, run._id));
    }
  }

  /** One that cannot be brought on holds up no other. */
  async #look(run: RunDocument, bringOn: () => Promise<void>): Promise<void> {
    try {
      await bringOn();
    } catch (error) {
      warnOnce(this.plane, error, { runId: String(run._id) }, 'a run was not brought on yet');
    }
  }
}
