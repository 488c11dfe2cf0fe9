import type { Claim } from '../../../domain/dispatch/schema';
import { insertDispatch, withdrawDispatches } from '../../../store/dispatch-claims';
import { duplicateFields } from '../../../store/errors';
import { hex } from '../../../store/ids';
import { adoptAsClaimed } from '../../../store/adoption';
import { primaryChanges } from '../../../store/primary-changes';
import { openRawThread } from '../../../store/threads';
import { claimWorkItem } from '../../../store/work-claims';
import { raiseEpoch } from '../../../store/work-items';
import { crashPoint } from '../../../telemetry/crash-point';
import { isSpent } from '../../budgets/spent';
import type { Context, Plane } from '../../context';
import type { Candidate, StartCandidate } from '../due/candidate';
import { giveBackLost } from './lost-first';
import { newDispatch, workClaimOf, type NewDispatch } from './new-dispatch';
import { resumeCandidate } from '../due/resume-candidate';
import { SLOT_TRIES, type SlotPool } from '../due/slot-pool';
import type { Started, StartOutcome } from '../due/started';

/**
 * The claim itself, two fenced writes. First the dispatch: its unique fields take the work item, the lane and a slot
 * at once or not at all. Then the work item, still due at the epoch that was read. Dead in between, the lease ends it.
 */
export async function startCandidate(
  ctx: Context,
  claim: Claim,
  candidate: Candidate,
  slots: SlotPool,
): Promise<StartOutcome> {
  for (let attempt = 0; attempt < SLOT_TRIES; attempt += 1) {
    const dealt = attempt === 0 && candidate.mode === 'start' ? candidate.slot : undefined;
    const slot = dealt ?? (await slots.take(candidate.type));
    if (slot === null) return { reason: 'at-capacity' };
    try {
      return candidate.mode === 'start'
        ? await start(ctx.plane, candidate, newDispatch(ctx, claim, candidate, slot))
        : await resumeCandidate(ctx, claim, candidate, slot);
    } catch (error) {
      const taken = duplicateFields(error);
      if (taken.length === 0) throw error;
      if (candidate.mode === 'start' && taken.includes('epoch')) await passEpoch(ctx.plane, candidate);
      if (!taken.includes('slot')) return { reason: candidate.mode === 'start' ? 'taken' : 'nothing-due' };
      slots.lost(candidate.type);
    }
  }
  return { reason: 'at-capacity' };
}

/**
 * Given out before, and ended, by a claim that died before its second write while the message was raw: taken up since,
 * it began to count anew, and every claim would fail on this.
 */
const passEpoch = ({ collections }: Plane, { due: { kind, item } }: StartCandidate): Promise<void> =>
  raiseEpoch(collections, kind, item._id, item.epoch + 1);

async function start(plane: Plane, candidate: StartCandidate, made: NewDispatch): Promise<StartOutcome> {
  const c = plane.collections;
  const { raw, type } = candidate;
  const changesBefore = primaryChanges(c);
  // The thread of a raw message stands before the message is taken up, as always; here beside the dispatch.
  const [dispatch] = await Promise.all([
    insertDispatch(c, made.row),
    raw && !raw.hasThread ? openRawThread(c, raw.thread) : null,
  ]);
  crashPoint('claim:after-dispatch');
  // With the slot in hand: what the budget lets past can never be more than what runs when it is used up.
  if (await isSpent(plane, type)) {
    await withdrawDispatches(c, [dispatch._id]);
    return { reason: 'held' };
  }
  const won = await takeItem(plane, candidate, made);
  if (!won) {
    await withdrawDispatches(c, [dispatch._id]);
    return { reason: 'taken' };
  }
  crashPoint('claim:after-work');
  if ((await giveBackLost(plane, changesBefore, [dispatch])).size > 0) return { reason: 'taken' };
  return { ...won, dispatch, type, key: made.key };
}

/** The second write; of a raw message it is also the one that takes it up. */
async function takeItem(
  plane: Plane,
  { due, raw }: StartCandidate,
  { row }: NewDispatch,
): Promise<Pick<Started, 'item' | 'message' | 'subject'> | null> {
  const work = workClaimOf(due, row);
  if (!raw) {
    const item = await claimWorkItem(plane.collections, work);
    return item && { item };
  }
  const [message] = await adoptAsClaimed(plane.collections, [{ adoption: raw.adoption, claim: work }]);
  // Taken up now, by this claim or before it; or a driver changed it, and it is to be read again.
  plane.rawIntake.forget(hex(raw.adoption.document._id));
  return message ? { item: message, message, subject: raw.thread.subject } : null;
}
