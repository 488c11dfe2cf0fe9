import { findSlugsOfIdleWork } from '../../store/holds';
import { tellRenewedBudgets } from '../budgets/recount-spent';
import type { Plane } from '../context';
import { tryOrWarn } from '../warn-once';
import { reconcileHolds } from './reconcile-holds';

/**
 * What no change event told: types changed by any driver, or while no process ran, and days that ended. A type whose
 * work cannot be gone through holds up no other, nor another tenant's.
 */
export async function reconcileAllHolds(plane: Plane): Promise<void> {
  for (const tenantId of plane.tenants.all()) {
    const slugs = await findSlugsOfIdleWork(plane.collections, tenantId);
    for (const slug of slugs) {
      await tryOrWarn(plane, { tenantId, slug }, 'work was not held or freed yet as its type says', () =>
        reconcileHolds(plane, tenantId, slug),
      );
    }
    await tryOrWarn(plane, { tenantId }, 'a renewed budget was not told yet', () =>
      tellRenewedBudgets(plane, tenantId),
    );
  }
}
