import type { Claim } from '../../domain/dispatch/schema';
import { holdReason } from '../../domain/dispatch/hold';
import type { AgentTypeDocument } from '../../store/documents';
import { findResumable } from '../../store/dispatch-claims';
import { spentTypes } from '../budgets/spent';
import type { Context } from '../context';
import type { Found } from './candidate';
import { dealDue, type Dealt } from './due-board';
import { findBySource } from './find-by-source';

export async function findCandidates(ctx: Context, claim: Claim): Promise<Found> {
  return claim.source ? findBySource(ctx, claim, claim.source) : byRank(ctx, claim);
}

async function byRank({ plane, principal }: Context, claim: Claim): Promise<Found> {
  const { tenantId } = principal;
  const all = await plane.agentTypes.list(tenantId);
  const wanted = all.filter(type => !claim.agentTypes || claim.agentTypes.includes(type.slug));
  const spent = await spentTypes(plane, tenantId, wanted);
  const isOpen = (type: AgentTypeDocument) => holdReason(type, 'urgent', spent.has(type.slug)) === null;
  const open = new Map(wanted.filter(isOpen).map(type => [type.slug, type]));
  if (open.size === 0) return { candidates: [], reason: wanted.length > 0 ? 'held' : 'nothing-due' };

  await plane.adoption.flush();
  const resumable = await findResumable(plane.collections, tenantId, [...open.keys()], claim.consumer, claim.max);
  const max = claim.max - resumable.length;
  const { candidates, isAtCapacity, release } =
    max > 0 ? await dealDue(plane, { tenantId, types: open, max }) : NOTHING_DEALT;
  const resumes = resumable.map(dispatch => {
    return { mode: 'resume' as const, dispatch, type: open.get(dispatch.agentType)! };
  });
  return { candidates: [...resumes, ...candidates], reason: isAtCapacity ? 'at-capacity' : 'nothing-due', release };
}

const NOTHING_DEALT: Dealt = { candidates: [], isAtCapacity: false, release: () => undefined };
