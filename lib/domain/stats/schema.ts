import { z } from 'zod';

/** Steps of a work item's way; a hop is the time from one to the next. */
export const HOPS = [
  'storedToStreamed',
  'streamedToClaimed',
  'storedToClaimed',
  'claimedToStarted',
  'claimedToRead',
  'claimedToDone',
  'storedToDone',
] as const;
export type Hop = (typeof HOPS)[number];

export const Percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number(), count: z.number().int() });
export type Percentiles = z.infer<typeof Percentiles>;

export const Stats = z.object({
  windowSeconds: z.number().int(),
  activeSessions: z.number().int(),
  toolCalls: z.object({ total: z.number().int(), inFlight: z.number().int(), errors: z.number().int() }),
  latencyMs: z.object(
    Object.fromEntries(HOPS.map(hop => [hop, Percentiles.nullable()])) as Record<
      Hop,
      z.ZodNullable<typeof Percentiles>
    >,
  ),
  tools: z.array(
    z.object({
      tool: z.string(),
      calls: z.number().int(),
      errors: z.number().int(),
      p50: z.number().nullable(),
      p95: z.number().nullable(),
      p99: z.number().nullable(),
    }),
  ),
  work: z.object({
    orchestratorsConnected: z.number().int(),
    inFlight: z.number().int(),
    stuck: z.number().int().describe('Of these: heard of, and without progress for longer than its agent type allows'),
    waiting: z.number().int().describe('Due or held, not yet claimed'),
    doneToday: z.number().int().describe('Since 00:00 UTC'),
    errors: z.number().int().describe('Dead work, now'),
  }),
  agentTypes: z.array(
    z.object({
      slug: z.string(),
      running: z.number().int(),
      concurrency: z.number().int(),
      waiting: z.number().int(),
      held: z.number().int(),
    }),
  ),
});
export type Stats = z.infer<typeof Stats>;
