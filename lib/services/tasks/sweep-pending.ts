import { readyWhole } from '../../store/tasks';
import type { Plane } from '../context';
import { warnOnce } from '../warn-once';

/** Of a tenant in one pass: outside runs few wait at a time. */
const MOST_LOOKED_AT = 5_000;

/**
 * Tasks that have all they need, and that a crash kept from hearing of it: what they waited for was taken up as done, or
 * a person took its late output. Those of a run are its own sweep's.
 */
export async function sweepPending(plane: Plane): Promise<number> {
  let readied = 0;
  for (const tenantId of plane.tenants.all()) {
    try {
      const count = await readyWhole(plane.collections, tenantId, { runId: null }, MOST_LOOKED_AT);
      if (count > 0) plane.doorbell.ring(tenantId);
      readied += count;
    } catch (error) {
      warnOnce(plane, error, { tenantId }, 'tasks that wait for others were not looked at');
    }
  }
  return readied;
}
