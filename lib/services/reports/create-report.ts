import { requirePermission } from '../../auth/policy';
import { ControlPlaneError, invalidField, isControlPlaneError } from '../../domain/errors';
import type { CreateReport, Report } from '../../domain/report/schema';
import { must } from '../../kernel/assert';
import type { DispatchDocument } from '../../store/documents';
import { bodyId, hex } from '../../store/ids';
import { findReport } from '../../store/reports';
import { toReport } from '../../store/to-record/report';
import type { Context } from '../context';
import { askFromDispatch } from '../dispatches/questions/ask-from-dispatch';
import { raiseBlocker } from '../dispatches/questions/raise-blocker';
import { beat, type DispatchAlive } from '../dispatches/report-progress';
import { submitResult } from '../dispatches/submit-result';
import { requireDispatch, resolveCaller, type Caller } from '../identity/caller';
import { handOff } from './hand-off';
import { resultReportId } from './report-outcome';
import { reportTaskProgress } from './report-task-progress';

export const KEY_HEADER = 'X-Dispatch-Key';

/** A heartbeat is answered with the lease and stored nowhere; everything else is a record. */
export type Reported = { report: Report } | { alive: DispatchAlive };

/** `POST /api/reports`: the same acts as the tools', for whoever holds the dispatch key. */
export async function createReport(
  ctx: Context,
  input: CreateReport,
  { key, recordId }: { key: string | undefined; recordId: string | undefined },
): Promise<Reported> {
  requirePermission(ctx.principal, 'reports:write');
  const caller = await callerOf(ctx, key);
  if (input.kind === 'handoff') return { report: await handOff(caller, input, recordId) };
  const dispatch = requireOwnTask(caller, input.taskId);
  switch (input.kind) {
    case 'heartbeat':
      return { alive: await beat(caller) };
    case 'progress': {
      const { report } = await reportTaskProgress(caller, input, recordId);
      return { report: toReport(must(report, 'progress of a task is a report')) };
    }
    case 'blocker':
      return stored(ctx, (await raiseBlocker(caller, input, recordId)).id);
    case 'question': {
      const { kind: _kind, taskId: _task, ...question } = input;
      return stored(ctx, (await askFromDispatch(caller, question, recordId)).id);
    }
    case 'result': {
      const { output, usage, deliverables } = input;
      await submitResult(caller, { output, deliverables, ...(usage ? { usage } : {}) }, recordId);
      return stored(ctx, await resultIdOf(ctx, dispatch));
    }
  }
}

async function callerOf(ctx: Context, key: string | undefined): Promise<Caller> {
  try {
    return await resolveCaller(ctx, key);
  } catch (error) {
    // The tools take the key as an argument of that name; here it has another.
    if (!isControlPlaneError(error, 'validation-failed') || !error.errors) throw error;
    throw invalidField(KEY_HEADER, error.errors[0]!.message);
  }
}

function requireOwnTask(caller: Caller, taskId: string): DispatchDocument {
  if (!caller.dispatch) {
    throw new ControlPlaneError(
      'dispatch-key-required',
      `Only a dispatch can do this. Send its key (dk_…) as header ${KEY_HEADER}.`,
    );
  }
  const { dispatch } = requireDispatch(caller);
  if (dispatch.source.kind === 'task' && hex(dispatch.source.id) === taskId) return dispatch;
  throw invalidField('taskId', `got '${taskId}', wants the task of the dispatch whose key came along`);
}

/** The first end counts: a repeat answers with the report of that one. */
async function resultIdOf({ plane }: Context, { _id }: DispatchDocument): Promise<string> {
  const ended = await plane.collections.dispatches.findOne({ _id });
  return hex(resultReportId(must(ended, 'a dispatch that has just ended')));
}

async function stored({ plane, principal }: Context, id: string): Promise<Reported> {
  const row = await findReport(plane.collections, principal.tenantId, bodyId('id', id));
  return { report: toReport(must(row, 'a report is written with what it reports')) };
}
