import type { Claim } from '../../domain/dispatch/schema';
import { holdReason } from '../../domain/dispatch/hold';
import type { Priority } from '../../domain/fields';
import type { AgentTypeDocument } from '../../store/documents';
import { findResumable } from '../../store/dispatch-claims';
import { busyLanes } from '../../store/lanes';
import { findDue } from '../../store/work-items';
import { spentTypes } from '../budgets/spent';
import type { Context } from '../context';
import type { Candidate, Found } from './candidate';
import { findBySource } from './find-by-source';
import { headsOf } from './lane-heads';

/**
 * Rows read for a claim of one; several may share a lane. Past this many due rows in front of a thread it is found
 * on the next claim, when those before it have moved.
 */
const LEAST_PAGE = 50;
const PAGE_PER_CLAIM = 4;

export async function findCandidates(ctx: Context, claim: Claim): Promise<Found> {
  return claim.source ? findBySource(ctx, claim, claim.source) : byRank(ctx, claim);
}

async function byRank({ plane, principal }: Context, claim: Claim): Promise<Found> {
  const { tenantId } = principal;
  const all = await plane.agentTypes.list(tenantId);
  const wanted = all.filter(type => !claim.agentTypes || claim.agentTypes.includes(type.slug));
  const types = new Map(wanted.map(type => [type.slug, type]));
  const spent = await spentTypes(plane, tenantId, wanted);
  const isOpen = (type: AgentTypeDocument, priority: Priority) =>
    holdReason(type, priority, spent.has(type.slug)) === null;
  const open = wanted.filter(type => isOpen(type, 'urgent')).map(({ slug }) => slug);
  if (open.length === 0) return { candidates: [], reason: wanted.length > 0 ? 'held' : 'nothing-due' };

  const c = plane.collections;
  await plane.adoption.flush();
  const [resumable, busy] = await Promise.all([
    findResumable(c, tenantId, open, claim.consumer, claim.max),
    busyLanes(c, tenantId),
  ]);
  const due = await findDue(c, {
    tenantId,
    agentTypes: open,
    busyLanes: busy,
    limit: Math.max(LEAST_PAGE, claim.max * PAGE_PER_CLAIM),
  });
  const heads = await headsOf(c, due);
  const candidates: Candidate[] = [
    ...resumable.map(dispatch => ({ mode: 'resume' as const, dispatch, type: types.get(dispatch.agentType)! })),
    ...heads
      .filter(({ item }) => types.has(item.assignedTo!) && isOpen(types.get(item.assignedTo!)!, item.priority))
      .map(head => ({ mode: 'start' as const, due: head, type: types.get(head.item.assignedTo!)! })),
  ];
  return { candidates, reason: 'nothing-due' };
}
