import type { Me, Principal } from '../../domain/identity/schema';

export const toMe = (principal: Principal): Me => ({
  tenantId: principal.tenantId,
  role: principal.role,
  id: principal.id,
  label: principal.label,
  agentType: principal.agentType ?? null,
  expiresAt: principal.expiresAtMs === undefined ? null : new Date(principal.expiresAtMs).toISOString(),
});
