import { requirePermission } from '../../auth/policy';
import { ControlPlaneError, invalidField, isControlPlaneError, notFound } from '../../domain/errors';
import type { CreateReport, Report } from '../../domain/report/schema';
import { must } from '../../kernel/assert';
import type { DispatchDocument } from '../../store/documents';
import { bodyId, hex, newId } from '../../store/ids';
import { findReport } from '../../store/reports';
import { toReport } from '../../store/to-record/report';
import type { Context } from '../context';
import { heartbeatOf } from '../dispatches/life-cycle';
import { askFromDispatch } from '../dispatches/questions/ask-from-dispatch';
import { raiseBlocker } from '../dispatches/questions/raise-blocker';
import { aliveOf, beat, type DispatchAlive } from '../dispatches/report-progress';
import { submitResult } from '../dispatches/submit-result';
import { requireDispatch, resolveCaller, type Caller } from '../identity/caller';
import { handOff } from './hand-off';
import { resultReportId } from './report-outcome';
import { reportTaskProgress } from './report-task-progress';

export const KEY_HEADER = 'X-Dispatch-Key';

/**
 * A heartbeat is answered with the lease and stored nowhere; everything else is a record. A result makes none where its
 * dispatch had ended already: it hears that end, by its report where it has one.
 */
export type Reported = { report: Report; isNew: boolean } | { alive: DispatchAlive };

/** `POST /api/reports`: the same acts as the tools', for whoever holds the dispatch key. */
export async function createReport(
  ctx: Context,
  input: CreateReport,
  { key, recordId }: { key: string | undefined; recordId: string | undefined },
): Promise<Reported> {
  requirePermission(ctx.principal, 'reports:write');
  const caller = await callerOf(ctx, key);
  if (input.kind === 'handoff') return { report: await handOff(caller, input, recordId), isNew: true };
  const dispatch = requireOwnTask(caller, input.taskId);
  switch (input.kind) {
    case 'heartbeat':
      return { alive: await beat(caller) };
    case 'progress': {
      const { report } = await reportTaskProgress(caller, input, recordId);
      return { report: toReport(must(report, 'progress of a task is a report')), isNew: true };
    }
    case 'blocker':
      return stored(ctx, input, (await raiseBlocker(caller, input, recordId)).id);
    case 'question': {
      const { kind: _kind, taskId: _task, ...question } = input;
      return stored(ctx, input, (await askFromDispatch(caller, question, recordId)).id);
    }
    case 'result':
      return handIn(caller, dispatch, input, recordId);
  }
}

/** The id is always chosen here: by it the end that this call made is told from an earlier one. */
async function handIn(
  caller: Caller,
  { _id }: DispatchDocument,
  { output, usage, deliverables }: Extract<CreateReport, { kind: 'result' }>,
  recordId = hex(newId()),
): Promise<Reported> {
  const c = caller.ctx.plane.collections;
  await submitResult(caller, { output, deliverables, ...(usage ? { usage } : {}) }, recordId);
  const ended = must(await c.dispatches.findOne({ _id }), 'a dispatch that has just ended');
  const report = await findReport(c, ended.tenantId, resultReportId(ended));
  // One that failed, was stopped or stopped without a word reported no result.
  if (!report) return { alive: aliveOf(heartbeatOf(ended)) };
  return { report: toReport(report), isNew: hex(report._id) === recordId };
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

/** Written with what it reports, unless a driver removed the task meanwhile. */
async function stored({ plane, principal }: Context, { taskId }: CreateReport, id: string): Promise<Reported> {
  const row = await findReport(plane.collections, principal.tenantId, bodyId('id', id));
  if (!row) throw notFound('task', taskId);
  return { report: toReport(row), isNew: true };
}
