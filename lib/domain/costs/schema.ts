import { z } from 'zod';
import { GivenTime, Timestamp } from '../fields';

/** What a sum is split by. Client, brand and project follow from where the work hangs now. */
export const COST_DIMENSIONS = ['client', 'brand', 'project', 'agentType', 'run'] as const;
export const CostDimension = z.enum(COST_DIMENSIONS);
export type CostDimension = z.infer<typeof CostDimension>;

const Day = z.union([z.iso.date(), GivenTime], {
  error: 'wants a date such as 2026-11-21 or a time such as 2026-11-21T09:00:00Z',
});

export const CostsQuery = z.strictObject({
  by: CostDimension.default('agentType'),
  from: Day.optional().describe('A date stands for its UTC day, from its beginning. Default: 29 days before `to`'),
  to: Day.optional().describe('A date stands for its UTC day, to its end; a time is where it ends. Default: today'),
});
export type CostsQuery = z.infer<typeof CostsQuery>;

const sums = {
  dispatches: z.number().int().describe('That ended in this time, however'),
  withoutCost: z.number().int().describe('Of these, those that told no costUsd'),
  inputTokens: z.number().int().nullable(),
  outputTokens: z.number().int().nullable(),
  costUsd: z.number().nullable().describe('null: none of them told one; never 0 for want of data'),
};

/** Rows shown; a dimension with more shows the dearest. */
export const MOST_COST_ITEMS = 200;

export const CostItem = z.object({
  key: z.string().nullable().describe('Slug of the type, id of the node or run; null: work that hangs on none'),
  label: z.string(),
  ...sums,
});
export type CostItem = z.infer<typeof CostItem>;

export const Costs = z.object({
  by: CostDimension,
  from: Timestamp.describe('Inclusive'),
  to: Timestamp.describe('Exclusive'),
  items: z.array(CostItem).describe(`The dearest first, at most ${MOST_COST_ITEMS}`),
  omitted: z.number().int().describe('Items not shown; the totals cover them'),
  totals: z.object(sums),
});
export type Costs = z.infer<typeof Costs>;
