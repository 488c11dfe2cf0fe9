import type { Page } from '../../domain/fields';
import { notFound } from '../../domain/errors';
import type { Tenant } from '../../domain/identity/schema';
import { pathId } from '../../store/ids';
import { listPage, type PageRequest } from '../../store/list-page';
import type { Context } from '../context';
import { requireTenantManager } from './require-tenant-manager';
import { toTenant } from './to-tenant';

export async function listTenants(ctx: Context, page: PageRequest): Promise<Page<Tenant>> {
  requireTenantManager(ctx);
  return listPage(ctx.plane.collections.tenants, {}, { direction: 1 }, page, toTenant);
}

export async function getTenant(ctx: Context, id: string): Promise<Tenant> {
  requireTenantManager(ctx);
  const row = await ctx.plane.collections.tenants.findOne({ _id: pathId('tenant', id) });
  if (!row) throw notFound('tenant', id);
  return toTenant(row);
}
