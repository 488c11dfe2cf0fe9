import { unreachable } from '../../../kernel/assert';
import { retryDelayMs, type RetryClass } from '../../../domain/dispatch/retry';
import { crashPoint } from '../../../telemetry/crash-point';
import { markSettled } from '../../../store/dispatches';
import type { DispatchDocument } from '../../../store/documents';
import { withdrawQuestion } from '../../../store/questions';
import { raiseEpoch, updateHeldWork, WORK_WORDS } from '../../../store/work-items';
import { reconcileHolds } from '../../agent-types/reconcile-holds';
import { countTurn } from '../../budgets/count-usage';
import { holdOf } from '../../budgets/spent';
import type { Plane } from '../../context';
import { followRun } from '../../runs/follow-run';
import { settleQuestion } from './settle-question';
import { settleDone } from './settle-done';
import { settlingOf, shareSettling } from './settlings';

/**
 * Writes out what an outcome means for everything else: the work item, the reply, whoever asked. The outcome itself
 * is already accepted and durable; every step here may be repeated, and the sweep repeats it until `settled` stands.
 */
export async function settleDispatch(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  await (settlingOf(plane, dispatch) ?? shareSettling(plane, [dispatch], settle(plane, dispatch)));
}

async function settle(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  // First, so that work which goes back finds its type's day as this turn left it.
  await countTurn(plane, dispatch);
  await applyOutcome(plane, dispatch);
  if (dispatch.run) await followRun(plane, dispatch.tenantId, dispatch.run.id);
  crashPoint('settle:before-mark');
  await markSettled(plane.collections, dispatch);
  plane.doorbell.ring(dispatch.tenantId);
}

async function applyOutcome(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  switch (dispatch.status) {
    case 'running':
    case 'cancelling':
      return;
    case 'waiting':
      return settleQuestion(plane, dispatch);
    case 'done':
      return settleDone(plane, dispatch);
    case 'failed':
      return retryOrBury(plane, dispatch, 'failed', dispatch.retryable === true, dispatch.error ?? 'failed');
    case 'lapsed':
      return retryOrBury(plane, dispatch, 'lapsed', true, 'its lease lapsed: no heartbeat');
    case 'released':
      return backToDue(plane, dispatch, { attempts: { $max: [0, { $subtract: ['$attempts', 1] }] }, reason: null });
    case 'cancelled':
    case 'unresponsive':
      return cancelWork(plane, dispatch);
    default:
      return unreachable(dispatch.status);
  }
}

async function retryOrBury(
  plane: Plane,
  dispatch: DispatchDocument,
  retryClass: RetryClass,
  retryable: boolean,
  why: string,
): Promise<void> {
  const type = await plane.agentTypes.get(dispatch.tenantId, dispatch.agentType);
  // Without its type nobody takes it, so it is not dead but waits for a type of that name.
  const maxAttempts = type?.thresholds.maxAttempts ?? Infinity;
  const reason = { $literal: `attempt ${dispatch.attempt}: ${why}`.slice(0, 2_000) };
  if (retryable && dispatch.attempt < maxAttempts) {
    const delayMs = retryDelayMs(retryClass, dispatch.attempt);
    await backToDue(plane, dispatch, { reason, availableAt: { $add: ['$$NOW', delayMs] } });
    return;
  }
  await updateHeldWork(plane.collections, { ...held(dispatch), set: { status: 'dead', reason } });
}

const held = (dispatch: DispatchDocument) => ({
  kind: dispatch.source.kind,
  id: dispatch.source.id,
  dispatchId: dispatch._id,
  epoch: dispatch.epoch,
});

async function backToDue(plane: Plane, dispatch: DispatchDocument, set: Record<string, unknown>): Promise<void> {
  const { kind, id } = dispatch.source;
  const returned = await updateHeldWork(plane.collections, {
    ...held(dispatch),
    set: { ...set, status: WORK_WORDS[kind].due },
  });
  // The claim died before its second write: nothing holds the item, but this epoch is spent.
  if (!returned) await raiseEpoch(plane.collections, kind, id, dispatch.epoch);
  else await holdWhereClosed(plane, dispatch);
}

/** Its type may have been paused or taken away while it ran, or this very turn used up the day's budget. */
async function holdWhereClosed(plane: Plane, { tenantId, agentType }: DispatchDocument): Promise<void> {
  const type = await plane.agentTypes.get(tenantId, agentType);
  if (!type || (await holdOf(plane, type, 'urgent')) !== null) await reconcileHolds(plane, tenantId, agentType);
}

async function cancelWork(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  const reason = dispatch.status === 'unresponsive' ? 'stopped; its agent never confirmed' : 'stopped by a person';
  await updateHeldWork(plane.collections, { ...held(dispatch), set: { status: 'cancelled', reason } });
  const { question } = dispatch;
  if (question && question.answerId === null) await withdrawQuestion(plane.collections, question.id);
}
