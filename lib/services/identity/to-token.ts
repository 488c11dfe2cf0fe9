import type { ApiToken } from '../../domain/identity/schema';
import type { ApiTokenDocument } from '../../store/documents';
import { iso, isoOrNull } from '../../store/ids';

/** Never the hash. */
export const toToken = (row: ApiTokenDocument): ApiToken => ({
  id: row.tokenId,
  tenantId: row.tenantId,
  role: row.role,
  label: row.label,
  agentType: row.agentType,
  account: row.account,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  createdBy: row.createdBy,
  expiresAt: isoOrNull(row.expiresAt),
  revokedAt: isoOrNull(row.revokedAt),
  lastUsedAt: isoOrNull(row.lastUsedAt),
});
