import type { Route } from '../route';
import { AUTH_ROUTES } from './auth';
import { openApiRoutes } from './openapi';
import { TENANT_ROUTES } from './tenants';
import { TOKEN_ROUTES } from './tokens';

/** The HTTP API, whole. Each noun's list stands beside this file. */
export const ROUTES: readonly Route[] = [
  ...AUTH_ROUTES,
  ...TOKEN_ROUTES,
  ...TENANT_ROUTES,
  ...openApiRoutes(() => ROUTES),
];
