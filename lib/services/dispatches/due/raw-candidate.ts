import { holdReason } from '../../../domain/dispatch/hold';
import type { DueItem } from '../../../store/work-items';
import { isSpent } from '../../budgets/spent';
import type { Plane } from '../../context';
import type { StartCandidate } from './candidate';
import type { RawMessage } from '../../../store/raw-document';
import { planAdoption, type AdoptionPlan } from '../../messages/adoption/plan-adoption';
import { isReply } from '../../messages/adoption/raw-reply';

/**
 * A raw message that its own claim can take up: one that opens its own thread and may start now. Null: it is not one. A
 * reply never is: what it replies to decides whether it is work at all, and is read as it is adopted.
 */
export async function rawCandidate(
  plane: Plane,
  tenantId: string,
  raw: RawMessage,
  hasThread: boolean,
): Promise<StartCandidate | null> {
  if (isReply(raw)) return null;
  const verdict = await planAdoption(plane, raw);
  if (verdict.ok && verdict.plan.own && verdict.plan.thread.tenantId === tenantId) {
    const { defaults } = verdict.plan.adoption;
    const slug = defaults.assignedTo;
    const type = slug === null ? null : await plane.agentTypes.get(tenantId, slug);
    if (
      type &&
      defaults.status === 'queued' &&
      holdReason(type, defaults.priority, await isSpent(plane, type)) === null
    ) {
      return { mode: 'start', due: dueOf(raw, verdict.plan), type, raw: { ...verdict.plan, hasThread } };
    }
  }
  return null;
}

/** As it will stand when it is taken up; it ranks from when it was stored. */
function dueOf(raw: RawMessage, { adoption: { defaults, storedAt, yieldsMs } }: AdoptionPlan): DueItem {
  const availableAt = storedAt ?? new Date();
  const rankAt = new Date(availableAt.getTime() + yieldsMs);
  return {
    kind: 'message',
    item: { ...defaults, _id: raw._id, rankAt, availableAt, ledger: storedAt ? { storedAt } : {} },
  };
}
