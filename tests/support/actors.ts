import type { Principal, Role } from '@/lib/domain/identity/schema';
import type { Context, Plane } from '@/lib/services/context';

let made = 0;

/** A caller of that role, different from every other one. */
export function makeActor(plane: Plane, role: Role, more: Partial<Principal> = {}): Context {
  made += 1;
  const id = `${role}-${made}`;
  return {
    plane,
    requestId: `test-${made}`,
    principal: { tenantId: 'default', role, id, label: id, account: id, via: 'token', ...more },
  };
}
