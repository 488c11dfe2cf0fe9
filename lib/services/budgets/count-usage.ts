import type { Usage } from '../../domain/fields';
import { findAgentType } from '../../store/agent-types';
import { addUsage, findTurns } from '../../store/dispatch-usage';
import type { DispatchDocument, ObjectId } from '../../store/documents';
import { hex } from '../../store/ids';
import { recordSpend } from '../../store/spend';
import { reconcileHolds } from '../agent-types/reconcile-holds';
import type { Plane } from '../context';
import { recountSpent } from './recount-spent';
import { hasBudget } from './spent';

interface ToldTurn {
  id: ObjectId;
  epoch: number;
  usage?: Usage | undefined;
}

/**
 * Before the outcomes that tell it, where a budget hangs on it: an outcome frees its slot at once, and whoever took the
 * slot before the cost was counted passed the budget (by as much as ended in that moment). A turn was paid for whether
 * or not its outcome is then accepted.
 */
export async function countAhead(plane: Plane, tenantId: string, told: readonly ToldTurn[]): Promise<void> {
  const costing = told.filter(({ usage }) => usage?.costUsd !== undefined);
  if (costing.length === 0 || !(await plane.agentTypes.list(tenantId)).some(hasBudget)) return;
  const rows = await findTurns(
    plane.collections,
    tenantId,
    costing.map(({ id }) => id),
  );
  const byId = new Map(rows.map(row => [hex(row._id), row]));
  await Promise.all(
    costing.map(async ({ id, epoch, usage }) => {
      const row = byId.get(hex(id));
      if (!row || row.epoch < epoch) return;
      const type = await plane.agentTypes.get(tenantId, row.agentType);
      if (type && hasBudget(type)) await countUsage(plane, row, epoch, usage!);
    }),
  );
}

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

/**
 * What a turn used was paid for whether its outcome counts or not: it came late, it asked and waits, or its agent had
 * ended the dispatch before the session could say what that cost. Each figure counts once an epoch all the same.
 */
export async function countRefused(plane: Plane, row: DispatchDocument, epoch: number, usage: Usage): Promise<void> {
  const told = row.usages?.find(known => known.epoch === epoch) ?? {};
  if (epoch > row.epoch || Object.keys(usage).every(figure => figure in told)) return;
  await countUsage(plane, row, epoch, usage);
  await addUsage(plane.collections, row.tenantId, row._id, epoch, usage);
}
