import { findSlugsOfIdleWork } from '../../store/holds';
import { tellRenewedBudgets } from '../budgets/recount-spent';
import type { Plane } from '../context';
import { reconcileHolds } from './reconcile-holds';

/** What no change event told: types changed by any driver, or while no process ran, and days that ended. */
export async function reconcileAllHolds(plane: Plane): Promise<void> {
  for (const tenantId of plane.tenants.all()) {
    const slugs = await findSlugsOfIdleWork(plane.collections, tenantId);
    for (const slug of slugs) await reconcileHolds(plane, tenantId, slug);
    await tellRenewedBudgets(plane, tenantId);
  }
}
