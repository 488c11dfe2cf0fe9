import type { CostDimension } from '../../domain/costs/schema';
import { asObjectId } from '../../store/raw-document';
import { findRunIntents, NO_COSTS, type CostGroup, type CostSums } from '../../store/costs';
import type { Plane } from '../context';

/** A run is named by the first words of what it was opened for. */
const LABEL_CHARACTERS = 120;
const NONE: Record<CostDimension, string> = {
  client: 'no client',
  brand: 'no brand',
  project: 'no project',
  agentType: 'no agent type',
  run: 'no run',
};

/** Groups of one node are many: everything below a client is the client's. Resolved now, as everywhere. */
export async function foldBy(
  plane: Plane,
  tenantId: string,
  by: CostDimension,
  groups: CostGroup[],
): Promise<CostGroup[]> {
  if (by === 'agentType' || by === 'run') return groups;
  const folded = new Map<string | null, CostGroup>();
  for (const group of groups) {
    await plane.projects.freshFor(group.key);
    const key = plane.projects.steps(tenantId, group.key).find(({ kind }) => kind === by)?.id ?? null;
    const known = folded.get(key) ?? { key, ...NO_COSTS };
    folded.set(key, { key, ...add(known, group) });
  }
  return [...folded.values()];
}

const FIGURES = Object.keys(NO_COSTS) as (keyof CostSums)[];

const add = (a: CostSums, b: CostSums): CostSums =>
  Object.fromEntries(FIGURES.map(figure => [figure, a[figure] + b[figure]])) as unknown as CostSums;

/** One a group, in their order. What is gone is called by its key. */
export async function labelsOf(
  plane: Plane,
  tenantId: string,
  by: CostDimension,
  groups: readonly CostGroup[],
): Promise<string[]> {
  const names = await namesOf(plane, tenantId, by, groups);
  return groups.map(({ key }) => (key === null ? NONE[by] : (names.get(key) ?? key).slice(0, LABEL_CHARACTERS)));
}

async function namesOf(
  plane: Plane,
  tenantId: string,
  by: CostDimension,
  groups: readonly CostGroup[],
): Promise<Map<string, string>> {
  const keys = groups.map(({ key }) => key).filter(key => key !== null);
  if (by === 'agentType') {
    return new Map((await plane.agentTypes.list(tenantId)).map(({ slug, name }) => [slug, name]));
  }
  if (by === 'run') {
    return findRunIntents(
      plane.collections,
      tenantId,
      keys.map(asObjectId).filter(id => id !== null),
    );
  }
  return new Map(keys.map(key => [key, plane.projects.steps(tenantId, key).find(({ id }) => id === key)?.name ?? key]));
}
