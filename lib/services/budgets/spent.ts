import { holdReason } from '../../domain/dispatch/hold';
import type { Priority } from '../../domain/fields';
import { FreshReads } from '../../kernel/fresh-reads';
import type { AgentTypeDocument } from '../../store/documents';
import { readSpentToday, toNanoUsd, type SpentToday } from '../../store/spend';
import type { Plane } from '../context';

/**
 * Whether a type's budget of today is used up. Types without a budget, which is nearly all, cost nothing here; for the
 * others a claim reads one number by index, always afresh.
 */
type Budgeted = Pick<AgentTypeDocument, 'tenantId' | 'slug' | 'thresholds'>;

export const hasBudget = ({ thresholds }: Pick<AgentTypeDocument, 'thresholds'>): boolean =>
  thresholds.dailyBudgetUsd !== null;

export const isUsedUp = ({ thresholds: { dailyBudgetUsd } }: Budgeted, spent: SpentToday | undefined): boolean =>
  dailyBudgetUsd !== null && spent !== undefined && spent.nanoUsd >= toNanoUsd(dailyBudgetUsd);

/** Slugs of those of one tenant's types that may start nothing more today. */
export async function spentTypes(plane: Plane, tenantId: string, types: readonly Budgeted[]): Promise<Set<string>> {
  const budgeted = types.filter(hasBudget);
  if (budgeted.length === 0) return new Set();
  const slugs = budgeted.map(({ slug }) => slug);
  const spent = await readSpentToday(plane.collections, tenantId, slugs);
  return new Set(budgeted.filter(type => isUsedUp(type, spent.get(type.slug))).map(({ slug }) => slug));
}

export const isSpent = async (plane: Plane, type: Budgeted): Promise<boolean> =>
  hasBudget(type) && (await spentTypes(plane, type.tenantId, [type])).has(type.slug);

/**
 * For placing new work a moment-old answer will do: a claim asks again, and the sweep moves what was placed wrong. Ten
 * thousand inserts at once then ask a few times and not ten thousand.
 */
const FRESH_MS = 250;
const REMEMBERED = 1_000;
const lately = new WeakMap<Plane, FreshReads<string, boolean>>();

function answersOf(plane: Plane): FreshReads<string, boolean> {
  const answers = lately.get(plane) ?? new FreshReads({ freshMs: FRESH_MS, most: REMEMBERED, now: plane.clock.now });
  lately.set(plane, answers);
  return answers;
}

/** The budget is part of the name: a raised one is another question. */
const nameOf = ({ tenantId, slug, thresholds }: Budgeted): string => `${tenantId}/${slug}/${thresholds.dailyBudgetUsd}`;

/** Why new work of this type would have to wait; null when it is due. */
export async function holdOf(plane: Plane, type: AgentTypeDocument, priority: Priority): Promise<string | null> {
  return holdReason(type, priority, hasBudget(type) && (await wasSpent(plane, type)));
}

const wasSpent = (plane: Plane, type: AgentTypeDocument): Promise<boolean> =>
  answersOf(plane).get(nameOf(type), () => isSpent(plane, type));

/** This process has just learned more. */
export const forgetSpent = (plane: Plane, type: Budgeted): void => answersOf(plane).forget(nameOf(type));
