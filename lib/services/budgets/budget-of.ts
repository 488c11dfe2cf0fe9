import type { AgentType, Budget } from '../../domain/agent-type/schema';
import { must } from '../../kernel/assert';
import type { AgentTypeDocument } from '../../store/documents';
import { readSpentToday, toUsd, type SpentToday } from '../../store/spend';
import { toAgentType } from '../../store/to-record/agent-type';
import type { Plane } from '../context';
import { hasBudget, isUsedUp } from './spent';

/** Types of one tenant as they are shown, with how their budgets stand. */
export async function recordsOfTypes(
  plane: Plane,
  tenantId: string,
  rows: readonly AgentTypeDocument[],
): Promise<AgentType[]> {
  const slugs = rows.filter(hasBudget).map(({ slug }) => slug);
  const spent = slugs.length > 0 ? await readSpentToday(plane.collections, tenantId, slugs) : new Map();
  return rows.map(row => toAgentType(row, budgetOf(row, spent.get(row.slug))));
}

export async function recordOfType(plane: Plane, row: AgentTypeDocument): Promise<AgentType> {
  const [record] = await recordsOfTypes(plane, row.tenantId, [row]);
  return must(record, 'the record of the one type that was given');
}

function budgetOf(row: AgentTypeDocument, spent: SpentToday | undefined): Budget | null {
  const dailyUsd = row.thresholds.dailyBudgetUsd;
  if (dailyUsd === null) return null;
  if (!spent) return { state: 'unenforced', dailyUsd, spentTodayUsd: null };
  return { state: isUsedUp(row, spent) ? 'reached' : 'enforced', dailyUsd, spentTodayUsd: toUsd(spent.nanoUsd) };
}
