import type { Usage } from '../../domain/fields';
import { findAgentType } from '../../store/agent-types';
import type { DispatchDocument } from '../../store/documents';
import { recordSpend } from '../../store/spend';
import { reconcileHolds } from '../agent-types/reconcile-holds';
import type { Plane } from '../context';
import { recountSpent } from './recount-spent';

/** What the turn that just ended told of its cost, if anything. */
export async function countTurn(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  for (const { epoch, ...usage } of dispatch.usages ?? []) {
    if (epoch === dispatch.epoch) await countUsage(plane, dispatch, epoch, usage);
  }
}

type Turn = Pick<DispatchDocument, '_id' | 'tenantId' | 'agentType'>;

/**
 * Counts what a turn cost against its type's day. May be repeated: a turn counts once. The turn that uses the day up
 * holds the type's work before it is answered.
 */
export async function countUsage(plane: Plane, turn: Turn, epoch: number, usage: Usage): Promise<void> {
  const { costUsd } = usage;
  if (costUsd === undefined) return;
  const c = plane.collections;
  const { _id: dispatchId, tenantId, agentType } = turn;
  await recordSpend(c, { tenantId, agentType, dispatchId, epoch, costUsd });
  // Not from memory: a budget that was set a moment ago counts this turn too.
  const type = await findAgentType(c, tenantId, agentType);
  if (!type) return;
  const { isNews } = await recountSpent(plane, type);
  if (isNews) await reconcileHolds(plane, tenantId, agentType);
}
