import { z } from 'zod';
import { Id, Priority, Timestamp, pageFields, searchField } from '../fields';
import { Sender } from '../message/sender';

/**
 * What waits for a person: nothing in it goes on before somebody answers, decides or mends; a message is only to be
 * seen to.
 */
export const INBOX_KINDS = [
  'question',
  'blocker',
  'message',
  'late-output',
  'dead',
  'loop-stopped',
  'unroutable',
] as const;
export const InboxKind = z.enum(INBOX_KINDS);
export type InboxKind = z.infer<typeof InboxKind>;

export const InboxItem = z.object({
  kind: InboxKind,
  id: Id.describe('Of the message, task or dispatch it is about'),
  at: Timestamp,
  threadId: Id.optional(),
  taskId: Id.optional(),
  runId: Id.optional(),
  dispatchId: Id.optional(),
  text: z.string(),
  subject: z.string().optional().describe('Of the thread of a message that stands still, where it has one'),
  from: Sender.pick({ kind: true, id: true, tier: true })
    .optional()
    .describe('Who asked or wrote it; a task has its maker in its own record'),
  onBehalfOf: z.string().optional(),
  assignedTo: z.string().optional().describe('Whose work stands still'),
  priority: Priority.optional(),
  reason: z.string().optional().describe('Why it stands still'),
  needs: z.string().optional().describe('What would clear a blocker'),
  options: z.array(z.string()).optional(),
  default: z.string().optional(),
  deadline: Timestamp.optional(),
  remindedAt: Timestamp.optional().describe('When half of its time was gone'),
  overdue: z.boolean().optional().describe('Its deadline has passed'),
});
export type InboxItem = z.infer<typeof InboxItem>;

export const ListInboxItems = z.strictObject({ ...pageFields, ...searchField, kind: InboxKind.optional() });
export type ListInboxItems = z.infer<typeof ListInboxItems>;
