import type { Claim } from '../../../domain/dispatch/schema';
import type { Context } from '../../context';
import type { Found } from '../due/candidate';
import { dealDue } from '../due/due-board';
import { findBySource } from './find-by-source';
import { findResumes } from '../due/find-resumes';
import { openTypes } from '../due/open-types';

/** `holding`: whether the caller may start nothing now, known once the look may be under way. */
export async function findCandidates(ctx: Context, claim: Claim, holding: Promise<boolean>): Promise<Found> {
  return claim.source ? findBySource(ctx, claim, claim.source) : byRank(ctx, claim, holding);
}

async function byRank({ plane, principal }: Context, claim: Claim, holding: Promise<boolean>): Promise<Found> {
  const { tenantId } = principal;
  const all = await plane.agentTypes.list(tenantId);
  const wanted = all.filter(type => !claim.agentTypes || claim.agentTypes.includes(type.slug));
  const open = await openTypes(plane, tenantId, wanted);
  if (open.size === 0) return { candidates: [], reason: wanted.length > 0 ? 'held' : 'nothing-due' };

  const { consumer, max } = claim;
  const resuming = findResumes(plane, { tenantId, types: open, consumer, max });
  // What goes on comes first; what is new is looked for meanwhile.
  const left = Promise.all([resuming, holding]).then(
    ([{ picked }, isHeld]) => (isHeld ? 0 : max - picked.length),
    () => 0,
  );
  const [resumes, due] = await Promise.all([resuming, dealDue(plane, { tenantId, types: open, max, left })]);
  const isAtCapacity = resumes.isAtCapacity || due.isAtCapacity;
  return {
    candidates: [...resumes.picked, ...due.candidates],
    reason: isAtCapacity ? 'at-capacity' : 'nothing-due',
    release: due.release,
  };
}
