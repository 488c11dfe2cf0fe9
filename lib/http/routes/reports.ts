import { HeartbeatResult } from '../../domain/dispatch/schema';
import { pageOf } from '../../domain/fields';
import { CreateReport, ListReports, Report } from '../../domain/report/schema';
import { createReport, KEY_HEADER } from '../../services/reports/create-report';
import { getReport, listReports } from '../../services/reports/read-reports';
import { Reply, route, type Route } from '../route';

const tag = 'work';
const Alive = HeartbeatResult.omit({ id: true }).extend({ dispatchId: HeartbeatResult.shape.id });

export const reportRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/reports',
    access: 'reports:read',
    tag,
    summary: 'Reports, newest first',
    query: ListReports,
    response: pageOf(Report),
    run: ({ ctx, query }) => listReports(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/reports',
    access: 'reports:write',
    tag,
    summary:
      'Report on a task by its dispatch key; a heartbeat answers 200 with the lease and is stored nowhere, a result after the end 200 with that end',
    body: CreateReport,
    status: 201,
    response: Report,
    idempotent: true,
    // A heartbeat makes nothing that a repeat could find.
    creates: ({ kind }) => kind !== 'heartbeat',
    uncreated: Alive,
    dispatchKey: true,
    run: async ({ ctx, body, headers, recordId }) => {
      const reported = await createReport(ctx, body, { key: headers[KEY_HEADER.toLowerCase()], recordId });
      if ('alive' in reported) return new Reply(200, reported.alive);
      return reported.isNew ? reported.report : new Reply(200, reported.report);
    },
  }),
  route({
    method: 'GET',
    path: '/api/reports/:id',
    access: 'reports:read',
    tag,
    summary: 'One report',
    response: Report,
    run: ({ ctx, params }) => getReport(ctx, params['id']!),
  }),
];
