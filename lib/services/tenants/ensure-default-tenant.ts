import { DEFAULT_TENANT } from '../../domain/fields';
import { isDuplicateKey } from '../../store/errors';
import { newId } from '../../store/ids';
import { insertNow } from '../../store/insert-now';
import { seedAgentTypes } from '../agent-types/seed';
import type { Plane } from '../context';

/**
 * At boot; safe in any number of processes at once. The agent types are seeded only with the tenant itself: one that a
 * person deleted must not come back at the next start.
 */
export async function ensureDefaultTenant(plane: Plane): Promise<void> {
  await plane.tenants.refresh();
  if (plane.tenants.knows(DEFAULT_TENANT)) return;
  await seedAgentTypes(plane, DEFAULT_TENANT);
  const now = new Date(plane.clock.now());
  try {
    await insertNow(plane.collections.tenants, {
      _id: newId(),
      tenantId: DEFAULT_TENANT,
      name: 'Default',
      createdAt: now,
      updatedAt: now,
      createdBy: 'system',
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  await plane.tenants.refresh();
}
