import type { Collections } from './collections';
import type { ObjectId, SpendDayDocument } from './documents';
import { hex } from './ids';

/**
 * What agent types spent, by UTC day of the database's clock. One row a dispatch and epoch makes a second report of the
 * same turn harmless; the day's total stands beside the rows, so that a claim reads one number and adds nothing up.
 * Money is counted in billionths of a dollar: whole numbers add up exactly.
 */
const NANO_PER_USD = 1e9;
export const toNanoUsd = (usd: number): number => Math.round(usd * NANO_PER_USD);
export const toUsd = (nanoUsd: number): number => nanoUsd / NANO_PER_USD;

const TODAY = { $dateTrunc: { date: '$$NOW', unit: 'day' } };

export interface SpendOfTurn {
  tenantId: string;
  agentType: string;
  dispatchId: ObjectId;
  epoch: number;
  costUsd: number;
}

/** Written once a turn, however often it is told. */
export async function recordSpend(c: Collections, spend: SpendOfTurn): Promise<void> {
  const { tenantId, agentType, dispatchId, epoch, costUsd } = spend;
  await c.spend.updateOne(
    { _id: `${hex(dispatchId)}/${epoch}` },
    [
      {
        $set: {
          tenantId: { $ifNull: ['$tenantId', tenantId] },
          agentType: { $ifNull: ['$agentType', { $literal: agentType }] },
          nanoUsd: { $ifNull: ['$nanoUsd', toNanoUsd(costUsd)] },
          day: { $ifNull: ['$day', TODAY] },
          at: { $ifNull: ['$at', '$$NOW'] },
        },
      },
    ],
    { upsert: true },
  );
}

export interface SpentToday {
  nanoUsd: number;
  /** Turns that told what they cost. */
  figures: number;
  /** It was told that this used up the budget. */
  isReached: boolean;
}

const NOTHING: SpentToday = { nanoUsd: 0, figures: 0, isReached: false };

/**
 * Brings a type's total of today level with its rows. Rows only ever come, so a sum can only be too old, never too
 * high, and the highest wins: whoever wrote the last row counts them all, in any order and after any crash.
 */
export async function recountToday(c: Collections, tenantId: string, agentType: string): Promise<SpentToday> {
  const [counted] = await c.spend
    .aggregate<{ nanoUsd: number; figures: number; day: Date }>([
      { $match: { tenantId, agentType, $expr: { $eq: ['$day', TODAY] } } },
      { $group: { _id: '$day', nanoUsd: { $sum: '$nanoUsd' }, figures: { $sum: 1 } } },
      { $project: { _id: 0, day: '$_id', nanoUsd: 1, figures: 1 } },
    ])
    .toArray();
  if (!counted) return NOTHING;
  const { day, nanoUsd, figures } = counted;
  const row = await c.spendDays.findOneAndUpdate(
    { _id: `${tenantId}/${agentType}/${day.toISOString().slice(0, 10)}` },
    { $setOnInsert: { tenantId, agentType, day }, $max: { nanoUsd, figures } },
    { upsert: true, returnDocument: 'after' },
  );
  return row ? spentOf(row) : NOTHING;
}

const spentOf = ({ nanoUsd, figures, reachedAt }: SpendDayDocument): SpentToday => ({
  nanoUsd,
  figures,
  isReached: reachedAt !== undefined,
});

/** Today's totals by slug; a type without one has told no cost today. */
export async function readSpentToday(
  c: Collections,
  tenantId: string,
  slugs: readonly string[],
): Promise<Map<string, SpentToday>> {
  const rows = await c.spendDays
    .find({ tenantId, agentType: { $in: [...slugs] }, $expr: { $eq: ['$day', TODAY] } })
    .toArray();
  return new Map(rows.map(row => [row.agentType, spentOf(row)]));
}

/** True for the one caller that is first to say it today. */
export async function markReached(c: Collections, tenantId: string, agentType: string): Promise<boolean> {
  const result = await c.spendDays.updateOne(
    { tenantId, agentType, reachedAt: { $exists: false }, $expr: { $eq: ['$day', TODAY] } },
    [{ $set: { reachedAt: '$$NOW' } }],
  );
  return result.modifiedCount === 1;
}

/** The budget was raised. */
export async function unmarkReached(c: Collections, tenantId: string, agentType: string): Promise<void> {
  await c.spendDays.updateOne({ tenantId, agentType, $expr: { $eq: ['$day', TODAY] } }, { $unset: { reachedAt: 1 } });
}

/** Budgets that were used up on a day that is over, each handed to one caller alone. */
export async function takeRenewed(c: Collections, tenantId: string): Promise<SpendDayDocument | null> {
  return c.spendDays.findOneAndUpdate(
    { tenantId, reachedAt: { $type: 'date' }, $expr: { $lt: ['$day', TODAY] } },
    { $unset: { reachedAt: 1 } },
    { returnDocument: 'before' },
  );
}
