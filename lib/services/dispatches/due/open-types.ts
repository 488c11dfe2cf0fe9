import { holdReason } from '../../../domain/dispatch/hold';
import type { AgentTypeDocument } from '../../../store/documents';
import { spentTypes } from '../../budgets/spent';
import type { Plane } from '../../context';

/** Of these types of one tenant those that take work now, by slug. */
export async function openTypes(
  plane: Plane,
  tenantId: string,
  types: readonly AgentTypeDocument[],
): Promise<Map<string, AgentTypeDocument>> {
  const spent = await spentTypes(plane, tenantId, types);
  const isOpen = (type: AgentTypeDocument) => holdReason(type, 'urgent', spent.has(type.slug)) === null;
  return new Map(types.filter(isOpen).map(type => [type.slug, type]));
}
