import { ControlPlaneError } from '../../domain/errors';
import type { DispatchDocument } from '../../store/documents';
import { findWorkItem } from '../../store/work-items';
import { redriveWork } from '../../store/work-outcomes';
import { reconcileHolds } from '../agent-types/reconcile-holds';
import type { Plane } from '../context';
import { followRun } from '../runs/follow-run';

/**
 * Dead work is due again, with its attempts counted from nothing; or held, where its type takes nothing now. By the
 * work itself, for its last dispatch may be past retention.
 */
export async function redriveSource(plane: Plane, tenantId: string, source: DispatchDocument['source']): Promise<void> {
  if (!(await redriveWork(plane.collections, tenantId, source))) {
    throw new ControlPlaneError('conflict', `This ${source.kind} is not dead, so there is nothing to redrive.`);
  }
  const item = await findWorkItem(plane.collections, tenantId, source);
  if (item?.assignedTo) await reconcileHolds(plane, tenantId, item.assignedTo);
  plane.doorbell.ring(tenantId);
  if (item?.runId) await followRun(plane, tenantId, item.runId);
}
