import type { Claim, ClaimReason, Dispatch } from '../../../domain/dispatch/schema';
import { isControlPlaneError } from '../../../domain/errors';
import { hasBudget } from '../../budgets/spent';
import { isOfIllegible } from '../../../store/to-record/legible';
import type { Context, Plane } from '../../context';
import { toDomainError } from '../../to-domain-error';
import { isDealt, type Candidate, type DealtCandidate } from '../due/candidate';
import { runOf } from './new-dispatch';
import { AnswerRoom, charactersOf } from '../bundle/answer-room';
import type { BundleShare } from '../bundle/bundle-memory';
import { NoRoom } from '../bundle/reading-room';
import { readBundles, type Bundle, type BundleSubject } from '../bundle/read-bundles';
import { threadOfQuestion } from '../settle/settle-question';
import { SlotPool } from '../due/slot-pool';
import { handOut, type IsRoomFor } from './hand-out';
import { startCandidate } from './start-candidate';
import { startDealt } from './start-dealt';
import { startQueued } from './start-queue';
import type { StartOutcome } from '../due/started';

export interface StartedAll {
  dispatches: Dispatch[];
  taken: ReadonlySet<Candidate>;
  missed: ClaimReason[];
}

/** All at once; in rank order, as many as were asked for. */
export async function startAll(ctx: Context, claim: Claim, candidates: Candidate[]): Promise<StartedAll> {
  const share = ctx.plane.bundleMemory.share();
  try {
    return await startWithin(share, ctx, claim, candidates);
  } finally {
    // What is won is an answer, as text, within this turn of the loop.
    setImmediate(() => share.end());
  }
}

async function startWithin(
  share: BundleShare,
  ctx: Context,
  claim: Claim,
  candidates: Candidate[],
): Promise<StartedAll> {
  const slots = new SlotPool(ctx.plane);
  const batch = candidates.slice(0, claim.max);
  const subjects = batch.map(subjectOf);
  const bundles = readBundles(ctx.plane, subjects, share);
  void countIn(share, bundles, batch);
  // A budget is looked at between the two writes, which those of one claim have no time for.
  const dealt = batch.filter(isDealt).filter(({ type }) => !hasBudget(type));
  const together = dealt.length > 1 ? startDealt(ctx, claim, dealt, slots) : null;
  const room = new AnswerRoom();
  const isRoomFor: IsRoomFor = (read, of) => room.take(charactersOf(read, of));
  const outcomes = await Promise.allSettled(
    batch.map((candidate, at) => {
      const [reading, subject] = [bundles[at]!, subjects[at]!];
      if (candidate.mode === 'resume' && batch.length > 1) {
        const resuming = whereRoom(reading, candidate, isRoomFor, () => startCandidate(ctx, claim, candidate, slots));
        return handOut(ctx, resuming, reading, subject, () => true);
      }
      const place = together ? dealt.indexOf(candidate as DealtCandidate) : -1;
      const starting =
        together && place >= 0 ? together.then(started => started[place]!) : start(ctx, claim, candidate, slots);
      return handOut(ctx, starting, reading, subject, isRoomFor);
    }),
  );
  return sumUp(ctx.plane, batch, outcomes);
}

async function countIn(share: BundleShare, bundles: Promise<Bundle>[], batch: Candidate[]): Promise<void> {
  for (const [at, reading] of (await Promise.allSettled(bundles)).entries())
    if (reading.status === 'fulfilled') share.took(charactersOf(reading.value, { type: batch[at]!.type }));
  share.read();
}

/** What goes on with its agent would be begun anew if it were given back, so it is only begun where there is room. */
async function whereRoom(
  reading: Promise<Bundle>,
  { type }: Candidate,
  isRoomFor: IsRoomFor,
  begin: () => Promise<StartOutcome>,
): Promise<StartOutcome> {
  try {
    if (!isRoomFor(await reading, { type })) return { reason: 'at-capacity' };
  } catch (error) {
    if (error instanceof NoRoom) return { reason: 'at-capacity' };
    // What cannot be read is seen to by whoever holds it.
    if (!isOfIllegible(error)) throw error;
  }
  return begin();
}

/**
 * One that failed costs those that were won nothing: they run, and only this answer tells of them. But for a database
 * that went away: then nobody knows what of it stands, and who claims has to hear that.
 */
function sumUp(
  { log }: Plane,
  batch: Candidate[],
  outcomes: PromiseSettledResult<Dispatch | ClaimReason>[],
): StartedAll {
  const dispatches: Dispatch[] = [];
  const missed: ClaimReason[] = [];
  const taken = new Set<Candidate>();
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected') continue;
    if (typeof outcome.value === 'string') missed.push(outcome.value);
    else {
      dispatches.push(outcome.value);
      taken.add(batch[at]!);
    }
  }
  const failed = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  const isNothing = dispatches.length + missed.length === 0;
  if (failed && (isNothing || isControlPlaneError(toDomainError(failed.reason), 'unavailable'))) throw failed.reason;
  if (failed) log.warn({ err: failed.reason }, 'some of what a claim went for failed');
  return { dispatches, taken, missed };
}

function subjectOf(candidate: Candidate): BundleSubject {
  if (candidate.mode === 'resume') {
    const { dispatch } = candidate;
    // A task has no thread, but what was asked for it and answered has one.
    return { ...dispatch, threadId: dispatch.threadId ?? threadOfQuestion(dispatch) };
  }
  const { due, raw } = candidate;
  return {
    tenantId: due.item.tenantId,
    // A raw message's thread is itself: what the claim's own write brings back is all there is to read.
    threadId: raw === undefined ? (due.item.threadId ?? null) : null,
    projectId: due.item.projectId ?? null,
    source: { kind: due.kind, id: due.item._id },
    ...runOf(due),
  };
}

const start = (ctx: Context, claim: Claim, candidate: Candidate, slots: SlotPool): Promise<StartOutcome> =>
  candidate.mode === 'start'
    ? startQueued({ ctx, claim, candidate, slots })
    : startCandidate(ctx, claim, candidate, slots);
