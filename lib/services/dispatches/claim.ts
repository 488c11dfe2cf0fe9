import type { Claim, ClaimReason, ClaimResult, Dispatch } from '../../domain/dispatch/schema';
import { requirePermission } from '../../auth/policy';
import type { Context } from '../context';
import { bundleDispatch, readBundle, type BundleSubject } from './bundle';
import { isAccountHeld } from './account-hold';
import { noteClaimer } from './note-claimer';
import type { Candidate } from './candidate';
import { markNewsGiven } from '../../store/news';
import { findCandidates } from './find-candidates';
import { runOf } from './new-dispatch';
import { startCandidate } from './start-candidate';
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

async function attemptClaim(ctx: Context, claim: Claim, isSecond = false): Promise<ClaimResult> {
  const { plane, principal } = ctx;
  const [settings, isHeld, { candidates, reason }] = await Promise.all([
    plane.settings.get(principal.tenantId),
    isAccountHeld(ctx),
    findCandidates(ctx, claim),
  ]);
  if (settings.dispatchPaused || isHeld) return { dispatches: [], reason: 'held' };
  if (candidates.length === 0) return { dispatches: [], reason };

  const slots = new SlotPool(plane);
  const dispatches: Dispatch[] = [];
  const missed: ClaimReason[] = [];
  // One after another only where the next needs what the last left over: candidates stand in rank order, and more
  // of them may be there than slots.
  for (let at = 0; at < candidates.length && dispatches.length < claim.max;) {
    const batch = candidates.slice(at, at + (claim.max - dispatches.length));
    at += batch.length;
    const bundled = await Promise.all(batch.map(candidate => startAndBundle(ctx, claim, candidate, slots)));
    for (const outcome of bundled) {
      if (typeof outcome === 'string') missed.push(outcome);
      else dispatches.push(outcome);
    }
  }
  // A raw message that somebody took up between our read and our write may still be free.
  const tookUp = candidates.some(candidate => candidate.mode === 'start' && candidate.raw !== undefined);
  if (dispatches.length === 0 && tookUp && !isSecond) return attemptClaim(ctx, claim, true);
  if (dispatches.length > 0) {
    plane.log.info({ consumer: claim.consumer, claimed: dispatches.map(({ id }) => id) }, 'claimed');
    return { dispatches };
  }
  return { dispatches, reason: claim.source ? (missed[0] ?? 'nothing-due') : worstOf(missed) };
}

async function startAndBundle(
  ctx: Context,
  claim: Claim,
  candidate: Candidate,
  slots: SlotPool,
): Promise<Dispatch | ClaimReason> {
  const subject: BundleSubject =
    candidate.mode === 'resume'
      ? candidate.dispatch
      : {
          tenantId: candidate.due.item.tenantId,
          threadId: candidate.due.item.threadId ?? null,
          projectId: candidate.due.item.projectId ?? null,
          source: { kind: candidate.due.kind, id: candidate.due.item._id },
          ...runOf(candidate.due),
        };
  // A raw message's thread is itself: what the claim's own write brings back is all there is to read.
  const isRaw = candidate.mode === 'start' && candidate.raw !== undefined;
  const reading = readBundle(ctx.plane, isRaw ? { ...subject, threadId: null } : subject);
  // A claim that is lost leaves the reading behind; its failure is then nobody's.
  reading.catch(() => undefined);
  const outcome = await (candidate.mode === 'start'
    ? startQueued({ ctx, claim, candidate, slots })
    : startCandidate(ctx, claim, candidate, slots));
  if ('reason' in outcome) return outcome.reason;
  const bundle = await reading;
  // Told twice where the process dies before this; never told not at all.
  if (bundle.news.length > 0) {
    await markNewsGiven(
      ctx.plane.collections,
      bundle.news.map(({ _id }) => _id),
    );
  }
  return bundleDispatch(outcome, bundle);
}

/** Of several reasons the one a person can act on. */
const worstOf = (reasons: ClaimReason[]): ClaimReason =>
  reasons.includes('at-capacity') ? 'at-capacity' : reasons.includes('held') ? 'held' : 'nothing-due';
