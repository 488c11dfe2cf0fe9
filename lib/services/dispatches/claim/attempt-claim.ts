import type { Claim, ClaimReason, ClaimResult } from '../../../domain/dispatch/schema';
import { atMost } from '../../../kernel/at-most';
import type { Context } from '../../context';
import { isAccountHeld } from '../due/account-hold';
import type { Candidate, Found } from '../due/candidate';
import { findCandidates } from './find-candidates';
import { startAll } from '../start/start-all';

/** Each time others were first at all it went for: that is progress, and so often it seldom is. */
const MOST_TRIES = 3;

/** Looks once for due work and starts it. Where others were first, or may have hidden some, it looks again. */
export async function attemptClaim(ctx: Context, claim: Claim, tries = 1): Promise<ClaimResult> {
  const { plane } = ctx;
  const { turns } = plane.adoption;
  const rung = plane.doorbell.rung();
  const { isHeld, found } = await look(ctx, claim);
  let taken: ReadonlySet<Candidate> = NONE;
  try {
    const { candidates, reason } = found;
    // What another has, or is over, is not worth coming back for when the hold ends.
    if (isHeld) return { dispatches: [], reason: reason === 'taken' ? 'taken' : 'held' };
    if (candidates.length === 0) {
      const isFinal = tries > 1 || reason !== 'nothing-due' || claim.source !== undefined;
      if (isFinal || !(await mayBeMore(ctx, claim, { turns, rung }))) return { dispatches: [], reason };
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

/** What may be taken up, and whether anything may be now: who may not is dealt nothing, which is another's then. */
async function look(ctx: Context, claim: Claim): Promise<{ isHeld: boolean; found: Found }> {
  const holding = isHeldBack(ctx);
  const finding = findCandidates(ctx, claim, holding);
  try {
    const [isHeld, found] = await Promise.all([holding, finding]);
    return { isHeld, found };
  } catch (error) {
    // Work may still be dealt to it, and would be nobody's.
    void finding.then(
      found => found.release?.(NONE),
      () => undefined,
    );
    throw error;
  }
}

async function isHeldBack(ctx: Context): Promise<boolean> {
  const [settings, isHeld] = await Promise.all([ctx.plane.settings.get(ctx.principal.tenantId), isAccountHeld(ctx)]);
  return settings.dispatchPaused || isHeld;
}

/** As it was when the look began. */
interface Before {
  turns: number;
  rung: number;
}

/** Longer than a claim's writes take when nothing is wrong; what is stuck is not waited for. */
const SETTLED_WITHIN_MS = 250;

/**
 * What another claim held while this one looked, and then left, or what was being taken up, nobody would tell of again:
 * the event was the same for both. So the answer that there is nothing waits for those.
 */
async function mayBeMore({ plane, principal }: Context, { waitMs }: Claim, before: Before): Promise<boolean> {
  const { adoption, clock, doorbell } = plane;
  const settling = adoption.settled();
  if (settling === null) return adoption.turns !== before.turns;
  const { tenantId } = principal;
  // One that waits for work hears what rings meanwhile, as ever.
  const ring = waitMs > 0 ? [doorbell.wait(tenantId, { since: before.rung, timeoutMs: SETTLED_WITHIN_MS })] : [];
  await atMost(SETTLED_WITHIN_MS, Promise.race([settling, ...ring]), clock);
  return adoption.turns !== before.turns;
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
