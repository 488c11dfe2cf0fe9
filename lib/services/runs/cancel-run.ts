import { requirePermission } from '../../auth/policy';
import { ControlPlaneError, notFound } from '../../domain/errors';
import { isRunOver, type Run } from '../../domain/run/schema';
import { hex, pathId } from '../../store/ids';
import { findRun, setStanding } from '../../store/runs';
import { crashPoint } from '../../telemetry/crash-point';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { withPath } from '../projects/with-path';
import { closeRun } from './close-run';
import { runRecord } from './run-records';

/** The standing may be written by others meanwhile; each try goes by what it finds. */
const MAX_TRIES = 5;

/** The run first, so that nothing new is planned or told; then its tasks, the planner's before the others. Repeatable. */
export async function cancelRun(ctx: Context, id: string): Promise<Run> {
  requirePermission(ctx.principal, 'runs:write');
  const { plane, principal } = ctx;
  const c = plane.collections;
  const runId = pathId('run', id);
  let run = await findRun(c, principal.tenantId, runId);
  if (!run) throw notFound('run', id);
  for (let attempt = 0; attempt < MAX_TRIES && !isRunOver(run.status); attempt += 1) {
    const by = `cancelled by ${principal.label}`;
    run =
      (await setStanding(c, run, { status: 'cancelled', reason: by, result: null })) ??
      (await findRun(c, principal.tenantId, runId)) ??
      run;
  }
  if (run.status !== 'cancelled')
    throw new ControlPlaneError('conflict', `This run is ${run.status}; too late to cancel it.`);
  crashPoint('run:after-cancel');
  await closeRun(plane, principal.tenantId, runId);
  await recordActivity(ctx, { action: 'run.cancel', subject: { kind: 'run', id: hex(runId) }, changes: [] });
  return withPath(plane, await runRecord(plane, (await findRun(c, principal.tenantId, runId)) ?? run));
}
