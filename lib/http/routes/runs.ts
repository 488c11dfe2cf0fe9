import { pageOf } from '../../domain/fields';
import { CreateRun, ListRuns, Run } from '../../domain/run/schema';
import { ReadTrace, TraceEntry } from '../../domain/run/trace';
import { cancelRun } from '../../services/runs/cancel-run';
import { openRun } from '../../services/runs/open-run';
import { getRun, listRuns } from '../../services/runs/read-runs';
import { readTrace } from '../../services/runs/read-trace';
import { route, type Route } from '../route';

const tag = 'work';

export const runRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/runs',
    access: 'runs:read',
    tag,
    summary: 'Runs, newest first',
    query: ListRuns,
    response: pageOf(Run),
    run: ({ ctx, query }) => listRuns(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/runs',
    access: 'runs:write',
    tag,
    summary: 'Open a run for an intent; its plan task goes to the planner',
    body: CreateRun,
    status: 201,
    response: Run,
    idempotent: true,
    run: ({ ctx, body, recordId }) => openRun(ctx, body, recordId),
  }),
  route({
    method: 'GET',
    path: '/api/runs/:id',
    access: 'runs:read',
    tag,
    summary: 'One run with its standing and result',
    response: Run,
    run: ({ ctx, params }) => getRun(ctx, params['id']!),
  }),
  route({
    method: 'GET',
    path: '/api/runs/:id/trace',
    access: 'runs:read',
    tag,
    summary: 'Every change of a run, oldest first, each with the two steps up to its origin',
    query: ReadTrace,
    response: pageOf(TraceEntry),
    run: ({ ctx, params, query }) => readTrace(ctx, params['id']!, query),
  }),
  route({
    method: 'POST',
    path: '/api/runs/:id/cancel',
    access: 'runs:write',
    tag,
    summary: 'Cancel a run and all that is left of it',
    response: Run,
    run: ({ ctx, params }) => cancelRun(ctx, params['id']!),
  }),
];
