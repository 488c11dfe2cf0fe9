import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { Pathless } from '../../domain/project/schema';
import type { CreateRun, Run, TaskCounts } from '../../domain/run/schema';
import { bodyId, hex } from '../../store/ids';
import { findRun } from '../../store/runs';
import { requireReader, requireWriter, type Caller } from '../identity/caller';
import { openRun } from './open-run';
import { runRecord } from './run-records';
import { refuseOpening } from './topology';

/** Runs for whoever calls a tool: a dispatch opens none, and reads the one it works in. */

export async function openRunAs(caller: Caller, input: CreateRun, recordId?: string): Promise<Pathless<Run>> {
  refuseOpening(caller.dispatch);
  requirePermission(caller.ctx.principal, 'runs:write');
  requireWriter(caller);
  return openRun(caller.ctx, input, recordId);
}

export interface RunOverview {
  run: Pathless<Run>;
  counts: TaskCounts;
}

export async function readRunAs(caller: Caller, runId: string): Promise<RunOverview> {
  requireReader(caller);
  const { plane, principal } = caller.ctx;
  const id = bodyId('runId', runId);
  const own = caller.dispatch?.run?.id;
  if (!own) requirePermission(principal, 'runs:read');
  else if (!own.equals(id)) throw notFound('run', runId);
  const row = await findRun(plane.collections, principal.tenantId, id);
  if (!row) throw notFound('run', hex(id));
  const run = await runRecord(plane, row);
  return { run, counts: run.taskCounts };
}
