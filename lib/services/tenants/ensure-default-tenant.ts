import { DEFAULT_TENANT } from '../../domain/fields';
import { isDuplicateKey } from '../../store/errors';
import { newId } from '../../store/ids';
import { insertNow } from '../../store/insert-now';
import { seedTenant } from './seed-tenant';
import type { Plane } from '../context';

/**
 * At boot; safe in any number of processes at once. The agent types are seeded only with the tenant itself: one that a
 * person deleted must not come back at the next start.
 */
export async function ensureDefaultTenant(plane: Plane): Promise<void> {
  await plane.tenants.refresh();
  if (plane.tenants.knows(DEFAULT_TENANT)) return;
  const now = new Date(plane.clock.now());
  const tenant = {
    _id: newId(),
    tenantId: DEFAULT_TENANT,
    name: 'Default',
    createdAt: now,
    updatedAt: now,
    createdBy: 'system',
  };
  try {
    await seedTenant(plane, DEFAULT_TENANT, tx => insertNow(plane.collections.tenants, tenant, undefined, tx));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  await plane.tenants.refresh();
}
