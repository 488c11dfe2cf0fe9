import { hashDispatchKey, makeDispatchKey } from '../../../auth/dispatch-key';
import type { Claim } from '../../../domain/dispatch/schema';
import { endDispatch } from '../../../store/dispatches';
import { resumeDispatch, undoResume } from '../../../store/dispatch-resumes';
import type { DispatchDocument } from '../../../store/documents';
import { binary, hex } from '../../../store/ids';
import { WORK_WORDS } from '../../../store/work-items';
import { claimWorkItem } from '../../../store/work-claims';
import { crashPoint } from '../../../telemetry/crash-point';
import { isSpent } from '../../budgets/spent';
import type { Context, Plane } from '../../context';
import { followRun } from '../../runs/follow-run';
import { trySettling } from '../sweep';
import type { ResumeCandidate } from './candidate';
import { laneOf } from './find-resumes';
import type { StartOutcome } from './started';

/** A waiting dispatch goes on, in the same two fenced writes as a start. */
export async function resumeCandidate(
  { plane, principal }: Context,
  claim: Claim,
  { dispatch: waiting, type }: ResumeCandidate,
  slot: string,
): Promise<StartOutcome> {
  const c = plane.collections;
  const epoch = waiting.epoch + 1;
  const key = makeDispatchKey(hex(waiting._id), epoch);
  const { kind, id } = waiting.source;
  const dispatch = await resumeDispatch(c, {
    id: waiting._id,
    fromEpoch: waiting.epoch,
    epoch,
    consumer: claim.consumer,
    tokenId: principal.id,
    account: principal.account,
    revision: type.revision,
    keyHash: binary(hashDispatchKey(key)),
    lane: laneOf(waiting),
    slot,
  });
  if (!dispatch) return { reason: 'taken' };
  crashPoint('resume:after-dispatch');
  // As at a start: with the slot in hand.
  if (await isSpent(plane, type)) {
    await undoResume(c, waiting, epoch);
    return { reason: 'held' };
  }
  const item = await claimWorkItem(c, {
    kind,
    id,
    fromStatus: WORK_WORDS[kind].parked,
    fromEpoch: waiting.epoch,
    epoch,
    dispatchId: waiting._id,
    streamedAt: waiting.streamedAt,
    countsAttempt: false,
  });
  if (!item) {
    await giveUp(plane, dispatch);
    return { reason: 'taken' };
  }
  // What it needed is there: its run is not blocked by it any more.
  if (waiting.run && waiting.question?.blocker) await followRun(plane, waiting.tenantId, waiting.run.id);
  return { dispatch, type, item, key };
}

/** Its work was cancelled or deleted meanwhile: nobody is told of the dispatch, and its slot and lane are free at once. */
async function giveUp(plane: Plane, { _id, tenantId, epoch }: DispatchDocument): Promise<void> {
  const ended = await endDispatch(plane.collections, tenantId, _id, epoch, {
    status: 'released',
    set: { error: 'its work was not there to go on with' },
  });
  if (ended) await trySettling(plane, ended);
}
