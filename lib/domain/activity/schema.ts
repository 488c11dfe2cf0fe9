import { z } from 'zod';
import { Timestamp, pageFields, recordFields, searchField } from '../fields';

/** One row of the audit log: who did what to what, when. Actions read `noun.verb`. */
export const Activity = z.object({
  ...recordFields,
  at: Timestamp,
  actor: z.object({ kind: z.string(), id: z.string(), label: z.string() }),
  action: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
});
export type Activity = z.infer<typeof Activity>;

export const ListActivity = z.strictObject({
  ...pageFields,
  q: searchField.q.describe('Text to find in the actor, the action, the subject or what changed'),
  action: z.string().max(64).optional(),
  actorId: z.string().max(128).optional(),
  subjectKind: z.string().max(64).optional(),
  subjectId: z.string().max(64).optional(),
});
export type ListActivity = z.infer<typeof ListActivity>;
