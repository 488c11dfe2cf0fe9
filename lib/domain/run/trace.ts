import { z } from 'zod';
import { Timestamp, pageFields } from '../fields';

const TRACED_KINDS = ['run', 'task', 'dispatch', 'message', 'report', 'person'] as const;

export const Traced = z.object({
  kind: z.enum(TRACED_KINDS),
  id: z.string().describe('A record’s id; of a person, the principal’s'),
});
export type Traced = z.infer<typeof Traced>;

/** One change in a run, and the two steps up to where it came from. */
export const TraceEntry = z.object({
  at: Timestamp,
  what: z.string().describe('`noun.verb`'),
  record: Traced,
  by: z.string(),
  via: z.tuple([Traced, Traced]).describe('What it came from, and what that came from'),
});
export type TraceEntry = z.infer<typeof TraceEntry>;

export const ReadTrace = z.strictObject(pageFields);
export type ReadTrace = z.infer<typeof ReadTrace>;
