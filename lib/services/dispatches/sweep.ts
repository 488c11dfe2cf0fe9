import { findLapsed, findUnsettled, lapseDispatch } from '../../store/dispatches';
import type { Plane } from '../context';
import { settleDispatch } from './settle';

/** A sweep handles this much and goes on in the next: it must end before the next begins. */
const BATCH = 200;
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
  for (const { _id, epoch } of lapsed) {
    const row = await lapseDispatch(c, _id, epoch);
    if (!row) continue;
    ended += 1;
    plane.log.warn({ dispatchId: String(_id), agentType: row.agentType, status: row.status }, 'lease lapsed');
    await settleDispatch(plane, row);
  }
  for (const row of unsettled) await settleDispatch(plane, row);
  return { lapsed: ended, settled: unsettled.length };
}
