import type { Route } from '../route';
import { accountRoutes } from './accounts';
import { agentTypeRoutes } from './agent-types';
import { authRoutes } from './auth';
import { dispatchRoutes } from './dispatches';
import { eventRoutes } from './events';
import { healthRoutes } from './health';
import { inboxRoutes } from './inbox';
import { maintenanceRoutes } from './maintenance';
import { observationRoutes } from './observation';
import { openApiRoutes } from './openapi';
import { projectRoutes } from './projects';
import { reportRoutes } from './reports';
import { runRoutes } from './runs';
import { settingsRoutes } from './settings';
import { taskRoutes } from './tasks';
import { tenantRoutes } from './tenants';
import { messageRoutes, threadRoutes } from './threads';
import { tokenRoutes } from './tokens';

/** The HTTP API, whole. Each noun's list stands beside this file. */
export const ROUTES: readonly Route[] = [
  ...authRoutes,
  ...tokenRoutes,
  ...tenantRoutes,
  ...agentTypeRoutes,
  ...projectRoutes,
  ...threadRoutes,
  ...messageRoutes,
  ...taskRoutes,
  ...runRoutes,
  ...reportRoutes,
  ...inboxRoutes,
  ...dispatchRoutes,
  ...accountRoutes,
  ...eventRoutes,
  ...observationRoutes,
  ...settingsRoutes,
  ...maintenanceRoutes,
  ...healthRoutes,
  ...openApiRoutes(() => ROUTES),
];
