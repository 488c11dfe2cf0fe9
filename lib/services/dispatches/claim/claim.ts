import type { Claim, ClaimResult } from '../../../domain/dispatch/schema';
import { requirePermission } from '../../../auth/policy';
import type { Context } from '../../context';
import { recheckCredentials } from '../../identity/recheck-credentials';
import { releaseDispatch } from '../life-cycle';
import { attemptClaim } from './attempt-claim';
import { noteClaimer } from './note-claimer';

/** A claim that waits looks again this often even when no doorbell rang: a wake-up is a hint, this is the promise. */
const SWEEP_MS = 1_000;

/**
 * Takes due work for an orchestrator: events wake, claims decide. Answers with everything needed to do it, or with
 * why there is nothing. `signal` ends the wait when the caller hangs up; what was being taken just then goes back.
 * Throws `unauthenticated` when the token is revoked while it waits.
 */
export async function claimDispatches(ctx: Context, claim: Claim, signal?: AbortSignal): Promise<ClaimResult> {
  requirePermission(ctx.principal, 'dispatches:work');
  const { plane, principal } = ctx;
  const { doorbell } = plane;
  const deadlineMs = performance.now() + claim.waitMs;
  const recheck = recheckCredentials(ctx);
  for (;;) {
    noteClaimer(ctx, claim.consumer);
    // What rings while it looks may not be in what it saw.
    const rung = doorbell.rung();
    const result = await attemptHeld(ctx, claim);
    if (signal?.aborted && result.dispatches.length > 0) return giveBack(ctx, result);
    const leftMs = deadlineMs - performance.now();
    const isOver = () => leftMs <= 0 || signal?.aborted || doorbell.closed;
    if (result.dispatches.length > 0 || result.reason === 'taken' || isOver()) return result;
    await doorbell.wait(principal.tenantId, { since: rung, timeoutMs: Math.min(leftMs, SWEEP_MS), signal });
    if (isOver()) return result;
    await recheck();
  }
}

/** Nobody will hear of these: without this they would stand until their lease is over, and an attempt be spent. */
async function giveBack(ctx: Context, { dispatches }: ClaimResult): Promise<ClaimResult> {
  const released = await Promise.allSettled(dispatches.map(({ id, epoch }) => releaseDispatch(ctx, id, { epoch })));
  const failed = released.filter(({ status }) => status === 'rejected').length;
  ctx.plane.log.info({ ids: dispatches.map(({ id }) => id), failed }, 'claimed for nobody, given back');
  return { dispatches: [], reason: 'nothing-due' };
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
