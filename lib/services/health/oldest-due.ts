import { longestAnswered } from '../../store/dispatch-resumes';
import { oldestDueSeconds } from '../../store/health';
import type { Plane } from '../context';
import { openTypes } from '../dispatches/due/open-types';

/** How long the oldest due work (not held, not unroutable) has waited, resumes included; null when nothing is due. */
export async function oldestDue(plane: Plane, tenantId: string): Promise<number | null> {
  const [waiting, resumes] = await Promise.all([
    oldestDueSeconds(plane.collections, tenantId),
    longestResumable(plane, tenantId),
  ]);
  return waiting === null || resumes === null ? (waiting ?? resumes) : Math.max(waiting, resumes);
}

async function longestResumable(plane: Plane, tenantId: string): Promise<number | null> {
  const answered = await longestAnswered(plane.collections, tenantId);
  if (answered.length === 0) return null;
  const open = await openTypes(plane, tenantId, await plane.agentTypes.list(tenantId));
  const waits = answered.filter(({ _id }) => open.has(_id)).map(({ seconds }) => seconds);
  return waits.length === 0 ? null : Math.max(...waits);
}
