import type {
  CompleteDispatch,
  DispatchStatus,
  FailDispatch,
  HeartbeatResult,
  ProgressDispatch,
} from '../../domain/dispatch/schema';
import { requirePermission } from '../../auth/policy';
import { redactSecrets } from '../../domain/redact';
import { ControlPlaneError, notFound } from '../../domain/errors';
import type { Usage } from '../../domain/fields';
import type { Delivered } from '../../domain/task/schema';
import { endDispatch, extendLease, lapseDispatch, writeProgress } from '../../store/dispatches';
import { isGivenBack, parkAgain } from '../../store/dispatch-resumes';
import type { DispatchDocument, ObjectId } from '../../store/documents';
import { hex, isoOrNull, pathId } from '../../store/ids';
import { keepLateOutput } from '../../store/late-outputs';
import { crashPoint } from '../../telemetry/crash-point';
import { countAhead, countRefused } from '../budgets/count-usage';
import type { Context } from '../context';
import { holdAccountOf } from './due/account-hold';
import { endPlannersTurn } from './settle/end-planners-turn';
import { settleDispatch } from './settle/settle';

/** Verbs of an orchestrator on a dispatch it holds. Each write is fenced by epoch, status and an unlapsed lease. */

export interface Ended {
  id: string;
  status: DispatchStatus;
  epoch: number;
}

/** What an agent hands in beside the text, as the write of its outcome takes it. */
export interface HandedIn {
  deliverables?: { $literal: Delivered[] };
  reportId?: ObjectId;
}

/** Told again to whoever ends it again at the same epoch. */
const REPEATABLE: DispatchStatus[] = ['done', 'failed', 'released', 'cancelled'];

const endedOf = (row: DispatchDocument): Ended => ({ id: hex(row._id), status: row.status, epoch: row.epoch });

export const heartbeatOf = (row: DispatchDocument): HeartbeatResult => ({
  id: hex(row._id),
  status: row.status,
  epoch: row.epoch,
  leaseUntil: isoOrNull(row.leaseUntil),
  cancelRequested: row.cancelRequestedAt !== undefined,
});

export async function heartbeatDispatch(
  ctx: Context,
  id: string,
  { epoch }: { epoch: number },
): Promise<HeartbeatResult> {
  requirePermission(ctx.principal, 'dispatches:work');
  return extend(ctx, pathId('dispatch', id), epoch);
}

/** Also what an agent's `heartbeat` tool does with its own dispatch. */
export async function extend(ctx: Context, id: ObjectId, epoch: number): Promise<HeartbeatResult> {
  const row = await extendLease(ctx.plane.collections, ctx.principal.tenantId, id, epoch);
  return heartbeatOf(row ?? (await refusalOf(ctx, id, epoch, ['waiting'])));
}

export async function progressDispatch(ctx: Context, id: string, input: ProgressDispatch): Promise<HeartbeatResult> {
  requirePermission(ctx.principal, 'dispatches:work');
  return writeDispatchProgress(ctx, pathId('dispatch', id), input);
}

export async function writeDispatchProgress(
  ctx: Context,
  id: ObjectId,
  input: ProgressDispatch,
): Promise<HeartbeatResult> {
  const { epoch, percent, state, agentId, transcriptUrl, enforced } = input;
  const progress =
    percent === undefined && state === undefined
      ? {}
      : {
          progress: {
            percent: percent ?? { $ifNull: ['$progress.percent', 0] },
            state: state === undefined ? { $ifNull: ['$progress.state', ''] } : { $literal: redactSecrets(state) },
            at: '$$NOW',
          },
        };
  const set = {
    ...progress,
    ...(agentId === undefined ? {} : { agentId: { $literal: redactSecrets(agentId) } }),
    ...(transcriptUrl === undefined ? {} : { transcriptUrl: { $literal: redactSecrets(transcriptUrl) } }),
    ...(enforced === undefined ? {} : { enforced: { $literal: enforced } }),
  };
  const row = await writeProgress(ctx.plane.collections, ctx.principal.tenantId, id, epoch, set);
  return heartbeatOf(row ?? (await refusalOf(ctx, id, epoch, [])));
}

export async function completeDispatch(ctx: Context, id: string, input: CompleteDispatch): Promise<Ended> {
  requirePermission(ctx.principal, 'dispatches:work');
  return endWithOutput(ctx, pathId('dispatch', id), input);
}

/**
 * The first of submit_result, mark_done, complete and fail ends a dispatch; all of the first three come here, the first
 * two as explicit ends.
 */
export async function endWithOutput(
  ctx: Context,
  id: ObjectId,
  { epoch, output: raw, usage }: CompleteDispatch,
  extra: HandedIn = {},
  isExplicit = false,
): Promise<Ended> {
  const { plane, principal } = ctx;
  const output = redactSecrets(raw);
  await countAhead(plane, principal.tenantId, [{ id, epoch, usage }]);
  const row = await endDispatch(plane.collections, principal.tenantId, id, epoch, {
    status: 'done',
    output,
    usage,
    set: { ...extra },
  });
  if (!row) {
    const turn = await endPlannersTurn(ctx, id, { epoch, output, usage, extra, isExplicit });
    return endedOf(turn ?? (await refusalOf(ctx, id, epoch, REPEATABLE, { ...extra, output, usage })));
  }
  crashPoint('complete:after-outcome');
  await settleDispatch(plane, row);
  crashPoint('complete:before-answer');
  return endedOf(row);
}

export async function failDispatch(ctx: Context, id: string, input: FailDispatch): Promise<Ended> {
  requirePermission(ctx.principal, 'dispatches:work');
  const { plane, principal } = ctx;
  const { epoch, error, retryable, usage } = input;
  const dispatchId = pathId('dispatch', id);
  await countAhead(plane, principal.tenantId, [{ id: dispatchId, epoch, usage }]);
  const row = await endDispatch(plane.collections, principal.tenantId, dispatchId, epoch, {
    status: 'failed',
    usage,
    set: { error: { $literal: redactSecrets(error) }, retryable },
  });
  // Also when this is the repeat of a call whose server died: the outcome was stored, the hold was not.
  if (!row) return endedOf(await refusalOf(ctx, dispatchId, epoch, REPEATABLE, { usage, failure: input }));
  crashPoint('fail:after-outcome');
  await holdAccountOf(ctx, row, input);
  await settleDispatch(plane, row);
  return endedOf(row);
}

/** Ended, one that was resumed would begin anew, and what its agent knows be lost: it waits with its answer again. */
export async function releaseDispatch(ctx: Context, id: string, { epoch }: { epoch: number }): Promise<Ended> {
  requirePermission(ctx.principal, 'dispatches:work');
  const { plane, principal } = ctx;
  const dispatchId = pathId('dispatch', id);
  const row =
    (await parkAgain(plane.collections, principal.tenantId, dispatchId, epoch)) ??
    (await endDispatch(plane.collections, principal.tenantId, dispatchId, epoch, { status: 'released', set: {} }));
  if (!row) return endedOf(await refusalOf(ctx, dispatchId, epoch, REPEATABLE));
  crashPoint('release:after-outcome');
  await settleDispatch(plane, row);
  return endedOf(row);
}

/** What came with it and is not lost. */
interface Refused extends HandedIn {
  output?: string;
  usage?: Usage | undefined;
  failure?: FailDispatch;
}

/**
 * Why a fenced write matched nothing: answers with the row when that is an outcome to repeat (`repeatable`), else
 * throws. A lease that ran out is ended here and now, so that its owner hears the truth before any sweep.
 */
async function refusalOf(
  ctx: Context,
  id: ObjectId,
  epoch: number,
  repeatable: DispatchStatus[],
  { output, usage, failure, deliverables }: Refused = {},
): Promise<DispatchDocument> {
  const { plane, principal } = ctx;
  const c = plane.collections;
  const row = await c.dispatches.findOne({ _id: id, tenantId: principal.tenantId });
  if (!row) throw notFound('dispatch', hex(id));
  if (usage) await countRefused(plane, row, epoch, usage);
  if (failure) await holdAccountOf(ctx, row, failure);
  const isBack = row.epoch === epoch && isGivenBack(row);
  const asTold = [row.status, ...(isBack ? ['released' as const] : [])];
  const isRepeat = row.epoch === epoch && asTold.some(status => repeatable.includes(status));
  if (isRepeat && (output === undefined || keepsOutput(row))) {
    // Whoever stored it may have died before what it means; who hears that it is over should find it so. A heartbeat
    // hears only that it waits, and comes in the very moments in which its question is written.
    if (!row.settled && (isBack || row.status !== 'waiting')) await settleDispatch(plane, row);
    return row;
  }
  if (row.epoch === epoch && row.status === 'waiting' && !isBack) {
    throw new ControlPlaneError(
      'waiting',
      'This dispatch waits for an answer; it is resumed with a new epoch and key.',
    );
  }
  const lapsed = row.epoch === epoch ? await lapseDispatch(c, id, epoch) : null;
  if (lapsed) await settleDispatch(plane, lapsed);
  if (output !== undefined && epoch <= row.epoch) {
    await keepLateOutput(c, principal.tenantId, id, { epoch, output, ...(deliverables ? { deliverables } : {}) });
  }
  throw staleEpoch(lapsed ?? row, epoch);
}

/** What was given back, or stopped without a word, has no place for an output yet: it is late, and not to be lost. */
function keepsOutput(row: DispatchDocument): boolean {
  const { status, epoch, lateOutput, lateBehind = [], lateDecidedEpochs = [] } = row;
  const isKept = [lateOutput, ...lateBehind].some(late => late?.epoch === epoch) || lateDecidedEpochs.includes(epoch);
  if (status === 'cancelled') return isKept;
  return status !== 'released' && !isGivenBack(row);
}

function staleEpoch(row: DispatchDocument, epoch: number): ControlPlaneError {
  const what =
    row.epoch === epoch
      ? `epoch ${epoch} of this dispatch ${isGivenBack(row) ? 'was given back' : `ended as ${row.status}`}`
      : `got epoch ${epoch}; this dispatch is at ${row.epoch} (${row.status})`;
  return new ControlPlaneError('stale-epoch', `${what}. Stop this work; it is not yours any more.`, {
    details: { currentEpoch: row.epoch, dispatchStatus: row.status },
  });
}
