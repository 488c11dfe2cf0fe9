import { z } from 'zod';
import { Timestamp } from '../fields';

/** What a clean-up finds. The first three end; the others are removed. One list for the dry run, the run and health. */
export const STALE_KINDS = [
  'abandoned-tool-call',
  'expired-session',
  'lapsed-claim',
  'unseen-consumer',
  'old-idempotency-key',
  'old-tool-call',
  'old-session',
  'old-dispatch',
  'old-activity',
] as const;
export const StaleKind = z
  .enum(STALE_KINDS)
  .describe(
    [
      'expired-session: open and idle for 30 minutes',
      'lapsed-claim: a dispatch whose lease ran out, with its slot and lane; its work is due again',
      'abandoned-tool-call: open for 10 minutes, or for one after its session ended',
      'unseen-consumer: not connected for 7 days',
      'old-idempotency-key: over 24 hours',
      'old-tool-call, old-session, old-dispatch, old-activity: ended, and past the retention in the settings',
    ].join('; '),
  );
export type StaleKind = z.infer<typeof StaleKind>;

export const CLEAN_UP_ACTIONS = ['end', 'remove'] as const;
const CleanUpAction = z.enum(CLEAN_UP_ACTIONS);
export type CleanUpAction = z.infer<typeof CleanUpAction>;

/** Records named one by one; the counts cover all of them. */
export const MOST_LISTED = 1_000;

export const CleanUp = z.strictObject({
  dryRun: z.boolean().default(false).describe('Lists what a run would end or remove, and changes nothing'),
});
export type CleanUp = z.infer<typeof CleanUp>;

export const StaleRecord = z.object({
  kind: StaleKind,
  action: CleanUpAction,
  collection: z.string(),
  id: z.string(),
  what: z.string().describe('Its name, tool, client, type or action'),
  since: Timestamp.nullable().describe('The time that makes it stale'),
});
export type StaleRecord = z.infer<typeof StaleRecord>;

export const CleanUpReport = z.object({
  dryRun: z.boolean(),
  total: z
    .number()
    .int()
    .describe('A dry run: what is stale now, as `staleRecords` says. A run: what it ended and removed'),
  counts: z.array(
    z.object({ kind: StaleKind, action: CleanUpAction, collection: z.string(), count: z.number().int() }),
  ),
  items: z.array(StaleRecord).describe(`Each of them, at most ${MOST_LISTED}`),
  omitted: z.number().int().describe('Counted and not listed'),
  remaining: z.number().int().describe('Still stale: a run that took too long left them to the next'),
});
export type CleanUpReport = z.infer<typeof CleanUpReport>;
