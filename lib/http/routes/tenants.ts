import { pageOf } from '../../domain/fields';
import { CreateTenant, ListTenants, Tenant } from '../../domain/identity/schema';
import { createTenant } from '../../services/tenants/create-tenant';
import { getTenant, listTenants } from '../../services/tenants/list-tenants';
import { route, type Route } from '../route';

const access = 'tenants:manage';
const tag = 'identity';

export const tenantRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/tenants',
    access,
    tag,
    summary: 'All tenants; for admins of the default one',
    query: ListTenants,
    response: pageOf(Tenant),
    run: ({ ctx, query }) => listTenants(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/tenants',
    access,
    tag,
    summary: 'Makes a tenant with the shipped agent types',
    body: CreateTenant,
    status: 201,
    response: Tenant,
    idempotent: true,
    run: ({ ctx, body, recordId }) => createTenant(ctx, { ...body, id: recordId }),
  }),
  route({
    method: 'GET',
    path: '/api/tenants/:id',
    access,
    tag,
    summary: 'One tenant',
    response: Tenant,
    run: ({ ctx, params }) => getTenant(ctx, params['id']!),
  }),
];
