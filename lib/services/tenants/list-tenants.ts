import type { Page } from '../../domain/fields';
import { notFound } from '../../domain/errors';
import type { ListTenants, Tenant } from '../../domain/identity/schema';
import { pathId } from '../../store/ids';
import { listPage } from '../../store/list-page';
import { containsText } from '../../store/text-filter';
import type { Context } from '../context';
import { requireTenantManager } from './require-tenant-manager';
import { legibleOne } from '../../store/to-record/legible';
import { toTenant } from './to-tenant';

export async function listTenants(ctx: Context, { limit, cursor, q }: ListTenants): Promise<Page<Tenant>> {
  requireTenantManager(ctx);
  const filter = containsText(q, ['tenantId', 'name']);
  return listPage(ctx.plane.collections.tenants, filter, { direction: 1 }, { limit, cursor }, toTenant);
}

export async function getTenant(ctx: Context, id: string): Promise<Tenant> {
  requireTenantManager(ctx);
  const row = await ctx.plane.collections.tenants.findOne({ _id: pathId('tenant', id) });
  const record = legibleOne(row, toTenant);
  if (!record) throw notFound('tenant', id);
  return record;
}
