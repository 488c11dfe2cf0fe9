import { CleanUp, CleanUpReport } from '../../domain/maintenance/schema';
import { cleanUp } from '../../services/maintenance/clean-up';
import { route, type Route } from '../route';

export const maintenanceRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/api/maintenance/cleanup',
    access: 'maintenance:run',
    tag: 'maintenance',
    summary:
      'Ends and removes what is stale, or lists exactly that. Never removed: messages, tasks, threads, projects, types and their revisions, whatever is open',
    body: CleanUp,
    response: CleanUpReport,
    run: ({ ctx, body, signal }) => cleanUp(ctx, body, signal),
  }),
];
