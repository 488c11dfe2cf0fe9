import type { Principal } from '@/lib/domain/identity/schema';

export const testPrincipal = (fields: Partial<Principal> = {}): Principal => ({
  tenantId: 'default',
  role: 'operator',
  id: 'p1',
  label: 'tester',
  account: 'p1',
  via: 'token',
  ...fields,
});
