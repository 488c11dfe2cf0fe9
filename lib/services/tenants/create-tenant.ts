import { redactSecrets } from '../../domain/redact';
import { ControlPlaneError } from '../../domain/errors';
import type { CreateTenant, Tenant } from '../../domain/identity/schema';
import type { TenantDocument } from '../../store/documents';
import { isDuplicateKey } from '../../store/errors';
import { bodyId, hex, newId } from '../../store/ids';
import { insertNow } from '../../store/insert-now';
import { recordActivity } from '../activity/record-activity';
import { seedTenant } from './seed-tenant';
import type { Context } from '../context';
import { requireTenantManager } from './require-tenant-manager';
import { toTenant } from './to-tenant';

export interface CreateTenantInput extends CreateTenant {
  id?: string | undefined;
}

export async function createTenant(ctx: Context, { tenantId, name, id }: CreateTenantInput): Promise<Tenant> {
  requireTenantManager(ctx);
  const { plane, principal } = ctx;
  if (await plane.collections.tenants.findOne({ tenantId })) throw taken(tenantId);
  const row = await insertTenant(ctx, {
    _id: id === undefined ? newId() : bodyId('id', id),
    tenantId,
    name: redactSecrets(name),
    createdAt: new Date(plane.clock.now()),
    updatedAt: new Date(plane.clock.now()),
    createdBy: principal.id,
  });
  const entry = {
    action: 'tenant.create',
    subject: { kind: 'tenant', id: hex(row._id) },
    changes: [
      { field: 'tenantId', before: null, after: tenantId },
      { field: 'name', before: null, after: row.name },
    ],
  };
  await recordActivity(ctx, entry);
  await recordActivity(ctx, { ...entry, tenantId });
  return toTenant(row);
}

async function insertTenant({ plane }: Context, document: TenantDocument): Promise<TenantDocument> {
  try {
    const row = await seedTenant(plane, document.tenantId, tx =>
      insertNow(plane.collections.tenants, document, undefined, tx),
    );
    await plane.tenants.refresh();
    return row;
  } catch (error) {
    if (isDuplicateKey(error)) throw taken(document.tenantId);
    throw error;
  }
}

const taken = (tenantId: string) => new ControlPlaneError('already-exists', `There is a tenant '${tenantId}' already.`);
