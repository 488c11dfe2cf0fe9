import { holdReason } from '../../domain/dispatch/hold';
import type { Priority } from '../../domain/fields';
import { LruMap } from '../../kernel/lru-map';
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
interface Entry {
  isSpent: Promise<boolean>;
  atMs: number;
}
const lately = new WeakMap<Plane, LruMap<string, Entry>>();

function entriesOf(plane: Plane): LruMap<string, Entry> {
  const entries = lately.get(plane) ?? new LruMap<string, Entry>(REMEMBERED);
  lately.set(plane, entries);
  return entries;
}

/** Why new work of this type would have to wait; null when it is due. */
export async function holdOf(plane: Plane, type: AgentTypeDocument, priority: Priority): Promise<string | null> {
  return holdReason(type, priority, hasBudget(type) && (await wasSpent(plane, type)));
}

function wasSpent(plane: Plane, type: AgentTypeDocument): Promise<boolean> {
  const entries = entriesOf(plane);
  // The budget is part of the name: a raised one is another question.
  const key = `${type.tenantId}/${type.slug}/${type.thresholds.dailyBudgetUsd}`;
  const known = entries.get(key);
  if (known && plane.clock.now() - known.atMs < FRESH_MS) return known.isSpent;
  const entry = { isSpent: isSpent(plane, type), atMs: plane.clock.now() };
  entries.set(key, entry);
  entry.isSpent.catch(() => entries.delete(key));
  return entry.isSpent;
}

/** This process has just learned more. */
export const forgetSpent = (plane: Plane, { tenantId, slug, thresholds }: Budgeted): void => {
  entriesOf(plane).delete(`${tenantId}/${slug}/${thresholds.dailyBudgetUsd}`);
};
