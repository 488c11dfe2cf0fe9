import { z } from 'zod';
import {
  Claim,
  ClaimResult,
  CompleteDispatch,
  CompleteMany,
  DispatchRecord,
  DispatchStatus,
  FailDispatch,
  HeartbeatDispatch,
  HeartbeatResult,
  ListDispatches,
  ProgressDispatch,
  ReleaseDispatch,
} from '../../domain/dispatch/schema';
import { Id, pageOf } from '../../domain/fields';
import { claimDispatches } from '../../services/dispatches/claim/claim';
import { completeDispatches } from '../../services/dispatches/complete-many';
import {
  completeDispatch,
  failDispatch,
  heartbeatDispatch,
  progressDispatch,
  releaseDispatch,
} from '../../services/dispatches/life-cycle';
import { getDispatch, listDispatches } from '../../services/dispatches/read-dispatches';
import {
  acceptLateOutput,
  cancelDispatch,
  discardLateOutput,
  redriveDispatch,
} from '../../services/dispatches/steer-dispatch';
import type { Context } from '../../services/context';
import { route, type Call, type Route } from '../route';

const tag = 'dispatch';
const Ended = z.object({ id: Id, status: DispatchStatus, epoch: z.number().int() });
const Completed = z.object({
  results: z.array(z.object({ id: Id, status: z.string(), code: z.string().optional() })),
});

/** A verb of the orchestrator that holds the dispatch, fenced by the epoch in its body. */
const work = <Body>(
  verb: string,
  summary: string,
  body: z.ZodType<Body>,
  response: z.ZodType,
  run: (ctx: Context, id: string, body: Body) => Promise<unknown>,
): Route =>
  route({
    method: 'POST',
    path: `/api/dispatches/:id/${verb}`,
    access: 'dispatches:work',
    tag,
    summary,
    body,
    response,
    run: ({ ctx, params, body: input }: Call<unknown, Body>) => run(ctx, params['id']!, input),
  });

const steer = (verb: string, summary: string, run: (ctx: Context, id: string) => Promise<unknown>): Route =>
  route({
    method: 'POST',
    path: `/api/dispatches/:id/${verb}`,
    access: 'dispatches:steer',
    tag,
    summary,
    response: DispatchRecord,
    run: ({ ctx, params }) => run(ctx, params['id']!),
  });

export const dispatchRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/api/dispatches/claim',
    access: 'dispatches:work',
    tag,
    summary: 'Take due work, with everything needed to do it',
    body: Claim,
    response: ClaimResult,
    run: ({ ctx, body, signal }) => claimDispatches(ctx, body, signal),
  }),
  route({
    method: 'POST',
    path: '/api/dispatches/complete',
    access: 'dispatches:work',
    tag,
    summary: 'Complete several; each stands for itself',
    body: CompleteMany,
    response: Completed,
    run: ({ ctx, body }) => completeDispatches(ctx, body),
  }),
  route({
    method: 'GET',
    path: '/api/dispatches',
    access: 'dispatches:read',
    tag,
    summary: 'Dispatches, newest first',
    query: ListDispatches,
    response: pageOf(DispatchRecord),
    run: ({ ctx, query }) => listDispatches(ctx, query),
  }),
  route({
    method: 'GET',
    path: '/api/dispatches/:id',
    access: 'dispatches:read',
    tag,
    summary: 'One dispatch with its times and liveness',
    response: DispatchRecord,
    run: ({ ctx, params }) => getDispatch(ctx, params['id']!),
  }),
  work('heartbeat', 'Extend the lease', HeartbeatDispatch, HeartbeatResult, heartbeatDispatch),
  work('progress', 'Report progress; extends the lease', ProgressDispatch, HeartbeatResult, progressDispatch),
  work('complete', 'End with an output', CompleteDispatch, Ended, completeDispatch),
  work('fail', 'End with an error', FailDispatch, Ended, failDispatch),
  work('release', 'Give it back; spends no attempt', ReleaseDispatch, Ended, releaseDispatch),
  steer('cancel', 'Stop it', cancelDispatch),
  steer('redrive', 'Give dead work another chance', redriveDispatch),
  steer('accept', 'Take its late output into the thread', acceptLateOutput),
  steer('discard', 'Leave its late output', discardLateOutput),
];
