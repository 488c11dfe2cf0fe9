import type { Ledger, Message } from '../../domain/message/schema';
import { senderTier } from '../../domain/message/sender';
import type { Task } from '../../domain/task/schema';
import type { Thread } from '../../domain/thread/schema';
import type { LedgerDocument, MessageDocument, TaskDocument, ThreadDocument } from '../documents';
import { hex, hexOrNull, iso, isoOrNull } from '../ids';

export const toLedger = (ledger: LedgerDocument | undefined): Ledger => ({
  storedAt: isoOrNull(ledger?.storedAt),
  streamedAt: isoOrNull(ledger?.streamedAt),
  claimedAt: isoOrNull(ledger?.claimedAt),
  firstHeartbeatAt: isoOrNull(ledger?.firstHeartbeatAt),
  readAt: isoOrNull(ledger?.readAt),
  doneAt: isoOrNull(ledger?.doneAt),
});

const base = (row: MessageDocument | TaskDocument | ThreadDocument) => ({
  id: hex(row._id),
  tenantId: row.tenantId,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  createdBy: row.createdBy,
});

export const toMessage = (row: MessageDocument): Message => ({
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
export const toToldMessage = (row: MessageDocument): Message => ({ ...toMessage(row), body: bodyOf(row) });

export const toTask = (row: TaskDocument): Task => ({
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

export const toThread = (row: ThreadDocument): Thread => ({
  ...base(row),
  subject: row.subject,
  title: row.subject || row.title,
  priority: row.priority,
  assignedTo: row.assignedTo,
  projectId: hexOrNull(row.projectId),
  status: row.status,
  messageCount: row.messageCount,
  lastMessageAt: isoOrNull(row.lastMessageAt),
});
