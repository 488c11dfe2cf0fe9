import type { Claim, ClaimReason, ClaimResult } from '../../domain/dispatch/schema';
import { requirePermission } from '../../auth/policy';
import { atMost } from '../../kernel/at-most';
import type { Context, Plane } from '../context';
import { isAccountHeld } from './account-hold';
import type { Candidate, Found } from './candidate';
import { findCandidates } from './find-candidates';
import { noteClaimer } from './note-claimer';
import { startAll } from './start-all';

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
  const { plane } = ctx;
  const { turns } = plane.adoption;
  const { isHeld, found } = await look(ctx, claim);
  let taken: ReadonlySet<Candidate> = NONE;
  try {
    const { candidates, reason } = found;
    if (isHeld) return { dispatches: [], reason: 'held' };
    if (candidates.length === 0) {
      const isFinal = tries > 1 || reason !== 'nothing-due' || claim.source !== undefined || claim.waitMs > 0;
      if (isFinal || !(await mayBeMore(plane, turns))) return { dispatches: [], reason };
    } else {
      const started = await startAll(ctx, claim, candidates);
      const { dispatches, missed } = started;
      taken = started.taken;
      if (dispatches.length > 0) {
        plane.log.info({ consumer: claim.consumer, claimed: dispatches.map(({ id }) => id) }, 'claimed');
        return { dispatches };
      }
      if (tries >= MOST_TRIES || !mayBeFree(claim, candidates, missed))
        return { dispatches, reason: claim.source ? (missed[0] ?? 'nothing-due') : worstOf(missed) };
    }
  } finally {
    found.release?.(taken);
  }
  return attemptClaim(ctx, claim, tries + 1);
}

const NONE: ReadonlySet<Candidate> = new Set();

/** What may be taken up, and whether anything may be now. */
async function look(ctx: Context, claim: Claim): Promise<{ isHeld: boolean; found: Found }> {
  const { plane, principal } = ctx;
  const finding = findCandidates(ctx, claim);
  try {
    const [settings, isHeld, found] = await Promise.all([
      plane.settings.get(principal.tenantId),
      isAccountHeld(ctx),
      finding,
    ]);
    return { isHeld: settings.dispatchPaused || isHeld, found };
  } catch (error) {
    // Work may still be dealt to it, and would be nobody's.
    void finding.then(
      found => found.release?.(NONE),
      () => undefined,
    );
    throw error;
  }
}

/** Longer than a claim's writes take when nothing is wrong; what is stuck is not waited for. */
const SETTLED_WITHIN_MS = 250;

/**
 * What another claim held while this one looked, and then left, or what was being taken up, nobody would tell of again:
 * the event was the same for both. So the answer that there is nothing waits for those. One that waits looks again anyway.
 */
async function mayBeMore({ adoption, clock }: Plane, turns: number): Promise<boolean> {
  const settling = adoption.settled();
  if (settling !== null) await atMost(SETTLED_WITHIN_MS, settling, clock);
  return adoption.turns !== turns;
}

/**
 * A raw message that somebody took up between our read and our write may still be free; and behind what others took
 * first there may be more.
 */
const mayBeFree = (claim: Claim, candidates: Candidate[], missed: ClaimReason[]): boolean =>
  candidates.some(candidate => candidate.mode === 'start' && candidate.raw !== undefined) ||
  (claim.source === undefined && missed.includes('taken'));

/** Of several reasons the one a person can act on. */
const worstOf = (reasons: ClaimReason[]): ClaimReason =>
  reasons.includes('at-capacity') ? 'at-capacity' : reasons.includes('held') ? 'held' : 'nothing-due';
