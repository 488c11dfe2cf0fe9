import { holdReason } from '../../domain/dispatch/hold';
import { PRIORITIES, type Priority } from '../../domain/fields';
import { findAgentType } from '../../store/agent-types';
import type { AgentTypeDocument } from '../../store/documents';
import { freeWork, holdWork, strandWork } from '../../store/holds';
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
  const c = plane.collections;
  let moved = 0;
  let type = await findAgentType(c, tenantId, slug);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    moved += await apply(plane, tenantId, slug, type);
    const now = await findAgentType(c, tenantId, slug);
    const isSame = stateOf(now) === stateOf(type);
    type = now;
    if (isSame) break;
  }
  plane.agentTypes.forget(tenantId, slug);
  if (moved > 0) plane.doorbell.ring(tenantId);
  return moved;
}

const stateOf = (type: AgentTypeDocument | null): string => JSON.stringify(PRIORITIES.map(p => verdict(type, p)));

const verdict = (type: AgentTypeDocument | null, priority: Priority): string | null =>
  type ? holdReason(type, priority) : 'gone';

async function apply({ collections: c }: Plane, tenantId: string, slug: string, type: AgentTypeDocument | null) {
  const work = { tenantId, slug };
  if (!type) return strandWork(c, work, `no agent type '${slug}'`);
  const byReason = new Map<string | null, Priority[]>();
  for (const priority of PRIORITIES) {
    const reason = holdReason(type, priority);
    byReason.set(reason, [...(byReason.get(reason) ?? []), priority]);
  }
  let moved = 0;
  for (const [reason, priorities] of byReason) {
    moved += reason === null ? await freeWork(c, work, priorities) : await holdWork(c, work, priorities, reason);
  }
  return moved;
}
