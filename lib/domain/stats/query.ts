import { z } from 'zod';

export const DEFAULT_WINDOW_SECONDS = 900;
/** A day: beyond it the rows read are no longer the whole window. */
const MAX_WINDOW_SECONDS = 86_400;

export const StatsQuery = z.strictObject({
  windowSeconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_WINDOW_SECONDS)
    .default(DEFAULT_WINDOW_SECONDS)
    .describe('How far back latencies and tool calls are counted'),
});
export type StatsQuery = z.infer<typeof StatsQuery>;
