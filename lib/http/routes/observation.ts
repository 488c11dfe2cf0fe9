import { Activity, ListActivity } from '../../domain/activity/schema';
import { Costs, CostsQuery } from '../../domain/costs/schema';
import { pageOf } from '../../domain/fields';
import { ListSessions, Session } from '../../domain/session/schema';
import { StatsQuery } from '../../domain/stats/query';
import { Stats } from '../../domain/stats/schema';
import { ListToolCalls, ToolCall } from '../../domain/tool-call/schema';
import { listActivity } from '../../services/activity/list-activity';
import { getCosts } from '../../services/costs/get-costs';
import { getSession, listSessions } from '../../services/sessions/read-sessions';
import { getStats } from '../../services/stats/get-stats';
import { listToolCalls } from '../../services/tool-calls/list-tool-calls';
import { route, type Route } from '../route';

const tag = 'observation';

export const observationRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/sessions',
    access: 'activity:read',
    tag,
    summary: 'Sessions of agents, newest first',
    query: ListSessions,
    response: pageOf(Session),
    run: ({ ctx, query }) => listSessions(ctx, query),
  }),
  route({
    method: 'GET',
    path: '/api/sessions/:id',
    access: 'activity:read',
    tag,
    summary: 'One session',
    response: Session,
    run: ({ ctx, params }) => getSession(ctx, params['id']!),
  }),
  route({
    method: 'GET',
    path: '/api/tool-calls',
    access: 'activity:read',
    tag,
    summary: 'Tool calls, newest first',
    query: ListToolCalls,
    response: pageOf(ToolCall),
    run: ({ ctx, query }) => listToolCalls(ctx, query),
  }),
  route({
    method: 'GET',
    path: '/api/activity',
    access: 'activity:read',
    tag,
    summary: 'The audit log: who did what to what, newest first',
    query: ListActivity,
    response: pageOf(Activity),
    run: ({ ctx, query }) => listActivity(ctx, query),
  }),
  route({
    method: 'GET',
    path: '/api/stats',
    access: 'stats:read',
    tag,
    summary: 'Latencies hop by hop, tools, and work now; no data is null',
    query: StatsQuery,
    response: Stats,
    run: ({ ctx, query }) => getStats(ctx, query),
  }),
  route({
    method: 'GET',
    path: '/api/costs',
    access: 'stats:read',
    tag,
    summary: 'What dispatches that ended used and cost, by client, brand, project, agent type or run; days are UTC',
    query: CostsQuery,
    response: Costs,
    run: ({ ctx, query }) => getCosts(ctx, query),
  }),
];
