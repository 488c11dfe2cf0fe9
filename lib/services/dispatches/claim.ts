import type { Claim, ClaimReason, ClaimResult, Dispatch } from '../../domain/dispatch/schema';
import { requirePermission } from '../../auth/policy';
import { markNewsGiven } from '../../store/news';
import { hasBudget } from '../budgets/spent';
import type { Context, Plane } from '../context';
import { bundleDispatch } from './bundle';
import { readBundles, type Bundle, type BundleSubject } from './read-bundles';
import { isAccountHeld } from './account-hold';
import { noteClaimer } from './note-claimer';
import { isDealt, type Candidate, type DealtCandidate } from './candidate';
import { findCandidates } from './find-candidates';
import { runOf } from './new-dispatch';
import { startCandidate } from './start-candidate';
import { startDealt } from './start-dealt';
import type { StartOutcome } from './started';
import { startQueued } from './start-queue';
import { SlotPool } from './slot-pool';

/** A claim that waits looks again this often even when no doorbell rang: a wake-up is a hint, this is the promise. */
const SWEEP_MS = 1_000;

/**
 * Takes due work for an orchestrator: events wake, claims decide. Answers with everything needed to do it, or with
 * why there is nothing. `signal` ends the wait when the caller hangs up.
 */
export async function claimDispatches(ctx: Context, claim: Claim, signal?: AbortSignal): Promise<ClaimResult> {
  requirePermission(ctx.principal, 'dispatches:work');
  const { plane, principal } = ctx;
  const deadlineMs = plane.clock.now() + claim.waitMs;
  for (;;) {
    noteClaimer(ctx, claim.consumer);
    const result = await attemptHeld(ctx, claim);
    const leftMs = deadlineMs - plane.clock.now();
    const over = leftMs <= 0 || signal?.aborted || plane.doorbell.closed;
    const settled = result.dispatches.length > 0 || result.reason === 'taken' || over;
    if (settled) return result;
    await plane.doorbell.wait(principal.tenantId, Math.min(leftMs, SWEEP_MS), signal);
  }
}

const tookAny = ({ dispatches }: ClaimResult): boolean => dispatches.length > 0;

/**
 * What is claimed by its id is not taken up beside the claim; and of orchestrators that come for the same event at
 * once, the others hear how the first fared before they trouble the database.
 */
async function attemptHeld(ctx: Context, claim: Claim): Promise<ClaimResult> {
  const attempt = () => attemptClaim(ctx, claim);
  if (claim.source?.kind !== 'message') return attempt();
  return (await ctx.plane.adoption.hold(claim.source.id, attempt, tookAny)) ?? { dispatches: [], reason: 'taken' };
}

/** Each time others were first at all it went for: that is progress, and so often it seldom is. */
const MOST_TRIES = 3;

async function attemptClaim(ctx: Context, claim: Claim, tries = 1): Promise<ClaimResult> {
  const { plane, principal } = ctx;
  const [settings, isHeld, found] = await Promise.all([
    plane.settings.get(principal.tenantId),
    isAccountHeld(ctx),
    findCandidates(ctx, claim),
  ]);
  let taken: ReadonlySet<Candidate> = new Set();
  try {
    const { candidates, reason } = found;
    if (settings.dispatchPaused || isHeld) return { dispatches: [], reason: 'held' };
    if (candidates.length === 0) return { dispatches: [], reason };
    const started = await startAll(ctx, claim, candidates);
    const { dispatches, missed } = started;
    taken = started.taken;
    if (dispatches.length > 0) {
      plane.log.info({ consumer: claim.consumer, claimed: dispatches.map(({ id }) => id) }, 'claimed');
      return { dispatches };
    }
    if (tries >= MOST_TRIES || !mayBeFree(claim, candidates, missed))
      return { dispatches, reason: claim.source ? (missed[0] ?? 'nothing-due') : worstOf(missed) };
  } finally {
    found.release?.(taken);
  }
  return attemptClaim(ctx, claim, tries + 1);
}

/**
 * A raw message that somebody took up between our read and our write may still be free; and behind what others took
 * first there may be more.
 */
const mayBeFree = (claim: Claim, candidates: Candidate[], missed: ClaimReason[]): boolean =>
  candidates.some(candidate => candidate.mode === 'start' && candidate.raw !== undefined) ||
  (claim.source === undefined && missed.includes('taken'));

interface StartedAll {
  dispatches: Dispatch[];
  taken: ReadonlySet<Candidate>;
  missed: ClaimReason[];
}

/** All at once; in rank order, as many as were asked for. */
async function startAll(ctx: Context, claim: Claim, candidates: Candidate[]): Promise<StartedAll> {
  const slots = new SlotPool(ctx.plane);
  const batch = candidates.slice(0, claim.max);
  const bundles = readBundles(ctx.plane, batch.map(subjectOf));
  // A budget is looked at between the two writes, which those of one claim have no time for.
  const dealt = batch.filter(isDealt).filter(({ type }) => !hasBudget(type));
  const together = dealt.length > 1 ? startDealt(ctx, claim, dealt, slots) : null;
  const bundled = await Promise.all(
    batch.map((candidate, at) => {
      const place = together ? dealt.indexOf(candidate as DealtCandidate) : -1;
      const starting =
        together && place >= 0 ? together.then(started => started[place]!) : start(ctx, claim, candidate, slots);
      return bundle(ctx.plane, starting, bundles[at]!);
    }),
  );
  const dispatches: Dispatch[] = [];
  const missed: ClaimReason[] = [];
  const taken = new Set<Candidate>();
  for (const [at, outcome] of bundled.entries()) {
    if (typeof outcome === 'string') missed.push(outcome);
    else {
      dispatches.push(outcome);
      taken.add(batch[at]!);
    }
  }
  return { dispatches, taken, missed };
}

function subjectOf(candidate: Candidate): BundleSubject {
  if (candidate.mode === 'resume') return candidate.dispatch;
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

async function bundle(
  plane: Plane,
  starting: Promise<StartOutcome>,
  reading: Promise<Bundle>,
): Promise<Dispatch | ClaimReason> {
  // A claim that is lost leaves the reading behind; its failure is then nobody's.
  reading.catch(() => undefined);
  const outcome = await starting;
  if ('reason' in outcome) return outcome.reason;
  const read = await reading;
  // Told twice where the process dies before this; never told not at all.
  if (read.news.length > 0) {
    await markNewsGiven(
      plane.collections,
      read.news.map(({ _id }) => _id),
    );
  }
  return bundleDispatch(outcome, read);
}

/** Of several reasons the one a person can act on. */
const worstOf = (reasons: ClaimReason[]): ClaimReason =>
  reasons.includes('at-capacity') ? 'at-capacity' : reasons.includes('held') ? 'held' : 'nothing-due';
