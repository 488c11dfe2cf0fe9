import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { CreateRun, Run } from '../../domain/run/schema';
import type { TaskStatus } from '../../domain/task/schema';
import { bodyId, hex } from '../../store/ids';
import { findRun } from '../../store/runs';
import { toRun } from '../../store/to-record/run';
import { requireReader, requireWriter, type Caller } from '../identity/caller';
import { openRun } from './open-run';
import { readRunTasks } from './run-tasks';
import { refuseOpening } from './topology';

/** Runs for whoever calls a tool: a dispatch opens none, and reads the one it works in. */

export async function openRunAs(caller: Caller, input: CreateRun, recordId?: string): Promise<Run> {
  refuseOpening(caller.dispatch);
  requirePermission(caller.ctx.principal, 'runs:write');
  requireWriter(caller);
  return openRun(caller.ctx, input, recordId);
}

export interface RunOverview {
  run: Run;
  /** How many of its tasks, the plan task left out, are in each status. */
  counts: Partial<Record<TaskStatus, number>>;
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
  const { work } = await readRunTasks(plane, row);
  const counts: RunOverview['counts'] = {};
  for (const { status } of work) counts[status] = (counts[status] ?? 0) + 1;
  return { run: toRun(row), counts };
}
