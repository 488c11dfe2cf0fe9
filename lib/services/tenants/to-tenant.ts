import type { Tenant } from '../../domain/identity/schema';
import type { TenantDocument } from '../../store/documents';
import { hex, iso } from '../../store/ids';

export const toTenant = (row: TenantDocument): Tenant => ({
  id: hex(row._id),
  tenantId: row.tenantId,
  name: row.name,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  createdBy: row.createdBy,
});
