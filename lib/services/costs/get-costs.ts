import { requirePermission } from '../../auth/policy';
import { costRange } from '../../domain/costs/range';
import { MOST_COST_ITEMS, type CostItem, type Costs, type CostsQuery } from '../../domain/costs/schema';
import { SharedReads } from '../../kernel/shared-reads';
import { sumCosts, type CostGroup, type CostSums } from '../../store/costs';
import type { Context, Plane } from '../context';
import { foldBy, labelsOf } from './dimensions';

/** Belongs to the plane, and goes with it. */
const reads = new WeakMap<Plane, SharedReads<Costs>>();

/** What the work of a time cost, by where it hangs, who did it, or what run it was for. */
export function getCosts({ plane, principal }: Context, query: CostsQuery): Promise<Costs> {
  requirePermission(principal, 'stats:read');
  const { tenantId } = principal;
  const { fromMs, toMs } = costRange(query, plane.clock.now());
  const shared = reads.get(plane) ?? new SharedReads<Costs>(plane.clock);
  reads.set(plane, shared);
  const key = `${tenantId}/${query.by}/${fromMs}/${toMs}`;
  return shared.read(key, () =>
    readCosts(plane, { tenantId, by: query.by, from: new Date(fromMs), to: new Date(toMs) }),
  );
}

interface CostsRead {
  tenantId: string;
  by: CostsQuery['by'];
  from: Date;
  to: Date;
}

const FIELD = {
  client: 'projectId',
  brand: 'projectId',
  project: 'projectId',
  agentType: 'agentType',
  run: 'runId',
} as const;

async function readCosts(plane: Plane, { tenantId, by, from, to }: CostsRead): Promise<Costs> {
  const { groups, totals } = await sumCosts(plane.collections, { tenantId, from, to }, FIELD[by]);
  const folded = (await foldBy(plane, tenantId, by, groups)).toSorted(dearestFirst);
  const shown = folded.slice(0, MOST_COST_ITEMS);
  const labels = await labelsOf(plane, tenantId, by, shown);
  return {
    by,
    from: from.toISOString(),
    to: to.toISOString(),
    items: shown.map((group, at): CostItem => ({ key: group.key, label: labels[at]!, ...told(group) })),
    omitted: folded.length - shown.length,
    totals: told(totals),
  };
}

const dearestFirst = (a: CostGroup, b: CostGroup): number =>
  b.costUsd - a.costUsd || b.dispatches - a.dispatches || (String(a.key) < String(b.key) ? -1 : 1);

/** Doubles added up leave noise below this. */
const BILLIONTH = 1e9;

/** No data is null, never 0. */
const told = (sums: CostSums) => ({
  dispatches: sums.dispatches,
  withoutCost: sums.dispatches - sums.toldCost,
  inputTokens: sums.toldInput === 0 ? null : sums.inputTokens,
  outputTokens: sums.toldOutput === 0 ? null : sums.outputTokens,
  costUsd: sums.toldCost === 0 ? null : Math.round(sums.costUsd * BILLIONTH) / BILLIONTH,
});
