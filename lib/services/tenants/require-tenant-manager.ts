import { ControlPlaneError } from '../../domain/errors';
import { DEFAULT_TENANT } from '../../domain/fields';
import type { Context } from '../context';

/** Which tenants there are is the business of the default tenant's admins; the role itself the policy has checked. */
export function requireTenantManager({ principal }: Context): void {
  if (principal.role === 'admin' && principal.tenantId === DEFAULT_TENANT) return;
  throw new ControlPlaneError('forbidden', 'Only admins of the default tenant manage tenants.');
}
