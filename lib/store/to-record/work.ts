import { z } from 'zod';
import { Priority } from '../../domain/fields';
import type { Ledger, Message } from '../../domain/message/schema';
import { RAW_INSERT, senderTier } from '../../domain/message/sender';
import type { Pathless } from '../../domain/project/schema';
import type { Task } from '../../domain/task/schema';
import { Thread, ThreadStatus } from '../../domain/thread/schema';
import type { LedgerDocument, MessageDocument, TaskDocument, ThreadDocument } from '../documents';
import { hexOf, isoOf } from '../change-source/values';
import { hex, hexOrNull, iso, isoOrNull } from '../ids';

export const toLedger = (ledger: LedgerDocument | undefined): Ledger => ({
  storedAt: isoOrNull(ledger?.storedAt),
  streamedAt: isoOrNull(ledger?.streamedAt),
  claimedAt: isoOrNull(ledger?.claimedAt),
  firstHeartbeatAt: isoOrNull(ledger?.firstHeartbeatAt),
  readAt: isoOrNull(ledger?.readAt),
  doneAt: isoOrNull(ledger?.doneAt),
});

const base = (row: MessageDocument | TaskDocument) => ({
  id: hex(row._id),
  tenantId: row.tenantId,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  createdBy: row.createdBy,
});

export const toMessage = (row: MessageDocument): Pathless<Message> => ({
  ...base(row),
  threadId: hex(row.threadId),
  seq: row.seq,
  from: {
    kind: row.from.kind,
    id: row.from.id,
    ...(row.from.dispatchId ? { dispatchId: hex(row.from.dispatchId) } : {}),
    tier: senderTier(row.from),
  },
  onBehalfOf: row.onBehalfOf,
  assignedTo: row.assignedTo,
  projectId: hexOrNull(row.projectId),
  priority: row.priority,
  kind: row.kind,
  body: row.body,
  inReplyTo: hexOrNull(row.inReplyTo),
  expectsReply: row.expectsReply,
  hops: row.hops,
  status: row.status,
  reason: row.reason,
  options: row.options,
  late: row.late,
  attempts: row.attempts,
  epoch: row.epoch,
  dispatchId: hexOrNull(row.dispatchId),
  ledger: toLedger(row.ledger),
});

/** Throws where a driver made something else of it: a list has a length and a slice as well. */
export function bodyOf({ body }: Pick<MessageDocument, 'body'>): string {
  if (typeof body !== 'string') throw new TypeError('body: wants text');
  return body;
}

/** For whoever is told its body. */
export const toToldMessage = (row: MessageDocument): Pathless<Message> => ({ ...toMessage(row), body: bodyOf(row) });

export const toTask = (row: TaskDocument): Pathless<Task> => ({
  ...base(row),
  title: row.title,
  input: row.input,
  assignedTo: row.assignedTo,
  priority: row.priority,
  projectId: hexOrNull(row.projectId),
  threadId: hexOrNull(row.threadId),
  runId: hexOrNull(row.runId),
  key: row.key ?? null,
  kind: row.kind,
  dependsOn: row.dependsOn.map(hex),
  deliverables: row.deliverables,
  handoff: row.handoff ? { ...row.handoff, at: iso(row.handoff.at) } : null,
  status: row.status,
  reason: row.reason,
  result: row.result,
  attempts: row.attempts,
  epoch: row.epoch,
  dispatchId: hexOrNull(row.dispatchId),
  ledger: toLedger(row.ledger),
});

const StoredThread = z.object({
  createdBy: z.string().catch(RAW_INSERT),
  subject: z.string().catch(''),
  title: z.string().catch(''),
  priority: Priority.catch('normal'),
  assignedTo: z.string().nullable().catch(null),
  status: ThreadStatus.catch('open'),
  messageCount: Thread.shape.messageCount.catch(0),
});

/** Whatever a driver left out or made of it: a thread that cannot be shown would hide what is said in it. */
export function toThread(row: ThreadDocument): Pathless<Thread> {
  const { subject, title, ...stored } = StoredThread.parse(row);
  const createdAt = isoOf(row.createdAt) ?? iso(row._id.getTimestamp());
  return {
    id: hex(row._id),
    tenantId: row.tenantId,
    createdAt,
    updatedAt: isoOf(row.updatedAt) ?? createdAt,
    ...stored,
    subject,
    title: subject || title,
    projectId: hexOf(row.projectId),
    lastMessageAt: isoOf(row.lastMessageAt),
  };
}
