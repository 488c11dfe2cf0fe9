import { readDatabaseClock } from '../../store/database-clock';
import { findLapsed, findUnsettled, lapseDispatch } from '../../store/dispatches';
import { findOrphans, updateHeldWork, WORK_WORDS } from '../../store/work-items';
import { crashPoint } from '../../telemetry/crash-point';
import type { Plane } from '../context';
import { settleDispatch } from './settle';
import { settleTogether } from './settle-together';

/** A sweep handles this much and goes on in the next: it must end before the next begins. */
const BATCH = 200;
/**
 * At once: each takes three writes that wait for a majority, and all leases of a killed orchestrator run out together.
 * One after the other, eight took over 3 s on a busy machine, in which their slots stood empty.
 */
const ABREAST = 20;
/** An outcome younger than this is most likely being settled by whoever wrote it. */
const UNSETTLED_AFTER_MS = 2_000;

/**
 * What no wake-up reached: leases that ran out, and outcomes whose effects a crash cut off. Any number of processes
 * may run it; every step is fenced.
 */
export async function sweepDispatches(plane: Plane): Promise<{ lapsed: number; settled: number }> {
  const c = plane.collections;
  const [lapsed, unsettled] = await Promise.all([findLapsed(c, BATCH), findUnsettled(c, UNSETTLED_AFTER_MS, BATCH)]);
  let ended = 0;
  await each(lapsed, async ({ _id, epoch }) => {
    const row = await lapseDispatch(c, _id, epoch);
    if (!row) return;
    ended += 1;
    crashPoint('lapse:after-outcome');
    plane.log.warn({ dispatchId: String(_id), agentType: row.agentType, status: row.status }, 'lease lapsed');
    await settleDispatch(plane, row);
  });
  if (unsettled.length > 0) await settleTogether(plane, unsettled, await readDatabaseClock(c));
  return { lapsed: ended, settled: unsettled.length };
}

async function each<T>(rows: readonly T[], handle: (row: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < rows.length; at += ABREAST) await Promise.all(rows.slice(at, at + ABREAST).map(handle));
}

/** Far longer than the two writes of a claim are apart, also across an election. */
const ORPHANED_AFTER_MS = 60_000;

/** Makes work due again that a lost primary left claimed by nobody. */
export async function sweepOrphans(plane: Plane): Promise<number> {
  const c = plane.collections;
  let returned = 0;
  for (const tenantId of plane.tenants.all()) {
    for (const kind of ['message', 'task'] as const) {
      for (const { _id, dispatchId, epoch } of await findOrphans(c, kind, tenantId, ORPHANED_AFTER_MS, BATCH)) {
        const set = { status: WORK_WORDS[kind].due, reason: null, availableAt: '$$NOW' };
        const moved = await updateHeldWork(c, { kind, id: _id, dispatchId: dispatchId!, epoch, set });
        if (moved) returned += 1;
      }
    }
    if (returned > 0) plane.doorbell.ring(tenantId);
  }
  return returned;
}
