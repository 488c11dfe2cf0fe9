import { holdReason } from '../../domain/dispatch/hold';
import { PRIORITIES, type Priority } from '../../domain/fields';
import { findAgentType } from '../../store/agent-types';
import type { AgentTypeDocument } from '../../store/documents';
import { freeWork, holdWork, strandWork } from '../../store/holds';
import { recountSpent } from '../budgets/recount-spent';
import type { Plane } from '../context';

/** Each round sees a type that changed during the one before; a type edited faster than this is left to the sweep. */
const MAX_ROUNDS = 5;

/**
 * Puts the work of a type that nobody has yet where the type now wants it: due, held with the reason, or, without the
 * type, unroutable. Never what is claimed or waits for an answer. Reads the type itself, so any process may call it,
 * at any time and as often as it likes; two that run at once end with the newer state, for each looks again after its
 * last write.
 */
export async function reconcileHolds(plane: Plane, tenantId: string, slug: string): Promise<number> {
  let moved = 0;
  let state = await readState(plane, tenantId, slug);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    moved += await apply(plane, tenantId, slug, state);
    const now = await readState(plane, tenantId, slug);
    const isSame = wordsOf(now) === wordsOf(state);
    state = now;
    if (isSame) break;
  }
  plane.agentTypes.forget(tenantId, slug);
  if (moved > 0) plane.doorbell.ring(tenantId);
  return moved;
}

/** The type as it is stored now, and whether its budget of today is used up. */
interface TypeState {
  type: AgentTypeDocument | null;
  isSpent: boolean;
}

async function readState(plane: Plane, tenantId: string, slug: string): Promise<TypeState> {
  const type = await findAgentType(plane.collections, tenantId, slug);
  return { type, isSpent: type !== null && (await recountSpent(plane, type)).isUsedUp };
}

const wordsOf = (state: TypeState): string => JSON.stringify(PRIORITIES.map(priority => verdict(state, priority)));

const verdict = ({ type, isSpent }: TypeState, priority: Priority): string | null =>
  type ? holdReason(type, priority, isSpent) : 'gone';

async function apply({ collections: c }: Plane, tenantId: string, slug: string, { type, isSpent }: TypeState) {
  const work = { tenantId, slug };
  if (!type) return strandWork(c, work, `no agent type '${slug}'`);
  const byReason = new Map<string | null, Priority[]>();
  for (const priority of PRIORITIES) {
    const reason = holdReason(type, priority, isSpent);
    byReason.set(reason, [...(byReason.get(reason) ?? []), priority]);
  }
  let moved = 0;
  for (const [reason, priorities] of byReason) {
    moved += reason === null ? await freeWork(c, work, priorities) : await holdWork(c, work, priorities, reason);
  }
  return moved;
}
