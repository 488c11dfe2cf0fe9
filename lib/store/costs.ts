import type { Document, ObjectId } from 'mongodb';
import { DISPATCH_STATUSES, isOpenDispatch } from '../domain/dispatch/schema';
import { COLLECTION_NAMES, type Collections } from './collections';
import { ENDED_DISPATCHES_INDEX } from './indexes';

/** Sums over dispatches that ended, from their index alone: an output may be 64,000 characters. */

const ENDED = DISPATCH_STATUSES.filter(status => !isOpenDispatch(status));
/** Groups read to fold or sort; what lies beyond them is in the totals alone. */
const MOST_GROUPS = 10_000;

/** Figures are sums of those that were told; with how many told them, so that none is not zero. */
export interface CostSums {
  dispatches: number;
  inputTokens: number;
  toldInput: number;
  outputTokens: number;
  toldOutput: number;
  costUsd: number;
  toldCost: number;
}

export interface CostGroup extends CostSums {
  key: string | null;
}

export interface CostsWindow {
  tenantId: string;
  from: Date;
  to: Date;
}

/** No driver's NaN, which would make the sum of all one: to the database it is a number below every other. */
const isTold = (figure: string): Document => ({
  $and: [{ $isNumber: figure }, { $gte: [figure, 0] }, { $lt: [figure, Number.POSITIVE_INFINITY] }],
});
const told = (figure: string): Document => ({ $sum: { $cond: [isTold(figure), 1, 0] } });
const sumOf = (figure: string): Document => ({ $sum: { $cond: [isTold(figure), { $toDouble: figure }, 0] } });
const SUMS: Document = {
  dispatches: { $sum: 1 },
  inputTokens: sumOf('$usage.inputTokens'),
  toldInput: told('$usage.inputTokens'),
  outputTokens: sumOf('$usage.outputTokens'),
  toldOutput: told('$usage.outputTokens'),
  costUsd: sumOf('$usage.costUsd'),
  toldCost: told('$usage.costUsd'),
};

const FROM_INDEX = { hint: ENDED_DISPATCHES_INDEX };

const endedIn = ({ tenantId, from, to }: CostsWindow): Document => ({
  $match: { tenantId, status: { $in: ENDED }, endedAt: { $gte: from, $lt: to, $type: 'date' } },
});

/** By what a dispatch itself says; the dearest groups first. */
export async function sumCosts(
  c: Collections,
  window: CostsWindow,
  field: 'agentType' | 'projectId' | 'runId',
): Promise<{ groups: CostGroup[]; totals: CostSums }> {
  const [groups, totals] = await Promise.all([
    c.dispatches
      .aggregate<CostSums & { _id: ObjectId | string | null }>(
        [
          endedIn(window),
          { $group: { _id: { $ifNull: [`$${field}`, null] }, ...SUMS } },
          { $sort: { costUsd: -1, dispatches: -1 } },
          { $limit: MOST_GROUPS },
        ],
        FROM_INDEX,
      )
      .toArray(),
    c.dispatches
      .aggregate<CostSums>([endedIn(window), { $group: { _id: null, ...SUMS } }, { $unset: '_id' }], FROM_INDEX)
      .next(),
  ]);
  return {
    groups: groups.map(({ _id, ...sums }) => ({ key: _id === null ? null : String(_id), ...sums })),
    totals: totals ?? NO_COSTS,
  };
}

export const NO_COSTS: CostSums = {
  dispatches: 0,
  inputTokens: 0,
  toldInput: 0,
  outputTokens: 0,
  toldOutput: 0,
  costUsd: 0,
  toldCost: 0,
};

/** What runs were opened for, by id. */
export async function findRunIntents(
  c: Collections,
  tenantId: string,
  ids: readonly ObjectId[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await c.dispatches.db
    .collection(COLLECTION_NAMES.runs)
    .find({ _id: { $in: [...ids] }, tenantId }, { projection: { intent: 1 } })
    .toArray();
  return new Map(
    rows.filter(row => typeof row['intent'] === 'string').map(row => [String(row._id), String(row['intent'])]),
  );
}
