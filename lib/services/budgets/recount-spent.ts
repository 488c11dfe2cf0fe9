import type { AgentTypeDocument } from '../../store/documents';
import { findAgentType } from '../../store/agent-types';
import { hex } from '../../store/ids';
import { markReached, recountToday, takeRenewed, toUsd, unmarkReached } from '../../store/spend';
import { recordActivity } from '../activity/record-activity';
import { systemContext, type Plane } from '../context';
import { forgetSpent, hasBudget, isUsedUp } from './spent';

export interface Recounted {
  isUsedUp: boolean;
  /** This call is the one that found it out. */
  isNews: boolean;
}

/**
 * Brings a budgeted type's total of today level with what its turns told, and says once in the audit log that its
 * budget is used up. Any process may, at any time: what a crash cut off is done by whoever comes next.
 */
export async function recountSpent(plane: Plane, type: AgentTypeDocument): Promise<Recounted> {
  if (!hasBudget(type)) return { isUsedUp: false, isNews: false };
  const { tenantId, slug } = type;
  const c = plane.collections;
  const spent = await recountToday(c, tenantId, slug);
  forgetSpent(plane, type);
  if (!isUsedUp(type, spent)) {
    if (spent.isReached) await unmarkReached(c, tenantId, slug);
    return { isUsedUp: false, isNews: false };
  }
  const isNews = !spent.isReached && (await markReached(c, tenantId, slug));
  if (isNews) {
    const after = toUsd(spent.nanoUsd);
    await recordActivity(systemContext(plane, tenantId), {
      action: 'agent-type.budget-reached',
      subject: { kind: 'agent-type', id: hex(type._id) },
      changes: [{ field: 'spentTodayUsd', before: null, after }],
    });
    plane.log.warn({ tenantId, slug, spentTodayUsd: after }, 'daily budget used up');
  }
  return { isUsedUp: true, isNews };
}

/** A sweep tells of so many at a time. */
const MOST_RENEWED = 200;

/** Days end by themselves: says which types' budgets are new again. Their work is moved by the sweep of holds. */
export async function tellRenewedBudgets(plane: Plane, tenantId: string): Promise<void> {
  const c = plane.collections;
  for (let told = 0; told < MOST_RENEWED; told += 1) {
    const day = await takeRenewed(c, tenantId);
    if (!day) return;
    const type = await findAgentType(c, tenantId, day.agentType);
    if (!type) continue;
    await recordActivity(systemContext(plane, tenantId), {
      action: 'agent-type.budget-renewed',
      subject: { kind: 'agent-type', id: hex(type._id) },
      changes: [{ field: 'spentTodayUsd', before: toUsd(day.nanoUsd), after: 0 }],
    });
  }
}
