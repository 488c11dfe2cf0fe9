import { describe, expect, test } from 'vitest';
import { allows, PERMISSIONS, requirePermission, type Permission } from '@/lib/auth/policy';
import { ROLES, type Principal, type Role } from '@/lib/domain/identity/schema';

/** Every pair is named: a new role or permission does not compile until somebody has decided about it here. */
const MAY: Record<Permission, Record<Role, boolean>> = {
  'tokens:manage': only('admin'),
  'tenants:manage': only('admin'),
  'agent-types:read': all(),
  'agent-types:write': only('admin', 'operator'),
  'projects:read': all(),
  'projects:write': only('admin', 'operator'),
  'messages:read': all(),
  'messages:write': only('admin', 'operator', 'controller', 'agent'),
  'messages:cancel': only('admin', 'operator'),
  'tasks:read': all(),
  'tasks:write': only('admin', 'operator', 'controller'),
  'runs:read': allBut('agent'),
  'runs:write': only('admin', 'operator', 'controller'),
  'reports:read': allBut('agent'),
  'reports:write': allBut('viewer'),
  'dispatches:read': allBut('agent'),
  'dispatches:work': only('admin', 'orchestrator'),
  'dispatches:steer': only('admin', 'operator'),
  'events:read': allBut('agent'),
  'consumers:read': allBut('agent'),
  'consumers:write': only('admin', 'operator', 'controller', 'orchestrator'),
  'activity:read': allBut('agent'),
  'stats:read': allBut('agent'),
  'health:read': allBut('agent'),
  'metrics:read': all(),
  'settings:read': allBut('agent'),
  'settings:write': only('admin', 'operator'),
  'maintenance:run': only('admin', 'operator'),
};

function only(...roles: Role[]): Record<Role, boolean> {
  return Object.fromEntries(ROLES.map(role => [role, roles.includes(role)])) as Record<Role, boolean>;
}
function allBut(...roles: Role[]): Record<Role, boolean> {
  return only(...ROLES.filter(role => !roles.includes(role)));
}
function all(): Record<Role, boolean> {
  return only(...ROLES);
}

describe('who may do what', () => {
  test.each(PERMISSIONS.flatMap(permission => ROLES.map(role => [role, permission] as const)))(
    '%s: %s',
    (role, permission) => {
      expect(allows(role, permission)).toBe(MAY[permission][role]);
      const principal: Principal = { tenantId: 'default', role, id: 'x', label: 'x', account: 'x', via: 'token' };
      const ask = () => requirePermission(principal, permission);
      if (MAY[permission][role]) expect(ask).not.toThrow();
      else expect(ask).toThrow(expect.objectContaining({ code: 'forbidden' }));
    },
  );
});
