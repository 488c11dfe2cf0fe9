import { z } from 'zod';
import {
  Body,
  HUMAN,
  Id,
  NullableTimestamp,
  Priority,
  Slug,
  Subject,
  pageFields,
  recordFields,
  searchField,
  underField,
} from '../fields';
import { patchFields } from '../merge-patch';
import { pathFields } from '../project/schema';
import { Sender } from './sender';

export const MESSAGE_KINDS = ['message', 'question', 'answer', 'handoff', 'system'] as const;
export const MESSAGE_STATUSES = [
  'none',
  'queued',
  'held',
  'claimed',
  'waiting',
  'done',
  'dead',
  'cancelled',
  'unroutable',
  'loop-stopped',
] as const;
/** Where nobody works on it any more, or ever will: a driver that brings history in may say so, and only so much. */
const AT_REST = ['none', 'done', 'dead', 'cancelled'] as const satisfies readonly MessageStatus[];
export const isAtRest = (status: unknown): status is (typeof AT_REST)[number] =>
  (AT_REST as readonly unknown[]).includes(status);
export const MessageKind = z.enum(MESSAGE_KINDS);
export type MessageKind = z.infer<typeof MessageKind>;
export const MessageStatus = z.enum(MESSAGE_STATUSES);
export type MessageStatus = z.infer<typeof MessageStatus>;

/** Past this many replies to replies, a message is stopped and shown: two agents cannot thank each other for ever. */
export const MAX_HOPS = 8;

/** `human`, or an agent type's slug. */
export const Addressee = z.union([z.literal(HUMAN), Slug]);

/** When each step of a message's way was seen; null = not yet, or not known. */
export const Ledger = z.object({
  storedAt: NullableTimestamp,
  streamedAt: NullableTimestamp,
  claimedAt: NullableTimestamp,
  firstHeartbeatAt: NullableTimestamp,
  readAt: NullableTimestamp,
  doneAt: NullableTimestamp,
});
export type Ledger = z.infer<typeof Ledger>;

export const Message = z.object({
  ...recordFields,
  threadId: Id,
  seq: z.number().int().nonnegative(),
  from: Sender,
  onBehalfOf: z.string().nullable(),
  assignedTo: z.string().nullable(),
  projectId: Id.nullable(),
  ...pathFields,
  priority: Priority,
  kind: MessageKind,
  body: z.string(),
  inReplyTo: Id.nullable(),
  expectsReply: z.boolean(),
  hops: z.number().int().nonnegative(),
  status: MessageStatus,
  reason: z.string().nullable().describe('Why it is held, dead, unroutable or stopped'),
  options: z.array(z.string()).nullable().describe('A question’s choices'),
  late: z.boolean().describe('An answer that came after the first'),
  attempts: z.number().int().nonnegative(),
  epoch: z.number().int().nonnegative(),
  dispatchId: Id.nullable(),
  ledger: Ledger,
});
export type Message = z.infer<typeof Message>;

const content = {
  body: Body,
  assignedTo: Addressee.nullable()
    .optional()
    .describe(
      'Slug, human, or null for nobody; default: of a reply to an agent that agent, of an agent’s reply to a person `human`, else the thread’s',
    ),
  priority: Priority.optional(),
  inReplyTo: Id.optional(),
  expectsReply: z.boolean().optional(),
};

/** In a thread that is there. */
export const PostMessage = z.strictObject(content);
export type PostMessage = z.infer<typeof PostMessage>;

/** Opens a thread where none is named. */
export const CreateMessage = z.strictObject({
  ...content,
  threadId: Id.optional(),
  subject: Subject.optional(),
  projectId: Id.nullable().optional(),
});
export type CreateMessage = z.infer<typeof CreateMessage>;

/**
 * Only what does not change who said what: how urgent, and, while nobody works on it, to whom; and that people have seen
 * to it.
 */
export const PatchMessage = z.strictObject({
  ...patchFields({ priority: Priority.default('normal'), assignedTo: Addressee.nullable().default(null) }),
  status: z.literal('done').optional().describe('Of a message to `human`, not a question: it leaves the inbox'),
});
export type PatchMessage = z.infer<typeof PatchMessage>;

export const ListMessages = z.strictObject({
  ...pageFields,
  ...searchField,
  ...underField,
  threadId: Id.optional(),
  assignedTo: z.string().max(64).optional(),
  status: MessageStatus.optional(),
  priority: Priority.optional(),
  kind: MessageKind.optional(),
  inReplyTo: Id.optional(),
});
export type ListMessages = z.infer<typeof ListMessages>;

/** Of one thread, which says where it hangs. */
export const ListThreadMessages = ListMessages.omit({ threadId: true, projectId: true, inReplyTo: true });
export type ListThreadMessages = z.infer<typeof ListThreadMessages>;
