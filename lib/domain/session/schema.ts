import { z } from 'zod';
import { Id, NullableTimestamp, pageFields, recordFields, searchField } from '../fields';

/** An agent's session: the dispatch when a key is passed, else token and client name. */
export const SESSION_STATUSES = ['open', 'closed', 'expired'] as const;
export const SESSION_IDLE_MS = 30 * 60_000;

export const Session = z.object({
  ...recordFields,
  status: z.enum(SESSION_STATUSES),
  client: z.string(),
  agentType: z.string().nullable(),
  dispatchId: Id.nullable(),
  threadId: Id.nullable(),
  toolCalls: z.number().int(),
  openedAt: z.string(),
  lastActiveAt: z.string(),
  endedAt: NullableTimestamp,
});
export type Session = z.infer<typeof Session>;

export const ListSessions = z.strictObject({
  ...pageFields,
  q: searchField.q.describe('Text to find in the name of its client'),
  status: z.enum(SESSION_STATUSES).optional(),
  agentType: z.string().max(64).optional(),
  dispatchId: Id.optional(),
  threadId: Id.optional(),
});
export type ListSessions = z.infer<typeof ListSessions>;
