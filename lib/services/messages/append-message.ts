import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { notFound } from '../../domain/errors';
import type { Priority } from '../../domain/fields';
import type { MessageKind } from '../../domain/message/schema';
import { redactSecrets } from '../../domain/redact';
import type { MessageDocument, ObjectId, ThreadDocument } from '../../store/documents';
import { newId } from '../../store/ids';
import { insertMessage, messageExists, type NewMessageRow } from '../../store/messages';
import { insertThread, takeSeq } from '../../store/threads';
import type { Plane } from '../context';
import { reopenLostThread } from './adoption/lost-thread';
import { routeMessage, type Routing } from './route-message';
import { titleOf } from './title-of';

export interface NewMessage {
  /** Chosen by the caller where a repeat must not make a second one. */
  id?: ObjectId;
  tenantId: string;
  /** Absent: a thread of its own is opened. */
  threadId?: ObjectId;
  subject?: string;
  projectId?: ObjectId | null;
  from: MessageDocument['from'];
  onBehalfOf?: string | null;
  assignedTo: string | null;
  priority: Priority;
  kind: MessageKind;
  body: string;
  inReplyTo?: ObjectId | null;
  expectsReply?: boolean;
  hops?: number;
  options?: string[] | null;
  isBlocker?: boolean;
  late?: boolean;
  createdBy: string;
  /** The run whose planner is to be told of it. */
  newsFor?: ObjectId | undefined;
  /** A reply that resumes its asker is not claimed again, whoever it names. */
  routing?: Routing;
}

/** The one way a message comes to be, whoever sends it: takes its place in the thread, then is stored and routed. */
export async function appendMessage(plane: Plane, message: NewMessage): Promise<MessageDocument> {
  const c = plane.collections;
  if (message.id) {
    const there = await messageExists(c, message.id);
    if (there) return there;
  }
  const id = message.id ?? newId();
  const hops = message.hops ?? 0;
  const routing =
    message.routing ??
    (await routeMessage(plane, message.tenantId, {
      assignedTo: message.assignedTo,
      priority: message.priority,
      kind: message.kind,
      hops,
    }));
  if (message.threadId) await plane.threadOpener.opened([message.threadId]);
  const thread = message.threadId
    ? ((await takeSeq(c, message.tenantId, message.threadId)) ??
      (await reopenLostThread(plane, message.tenantId, message.threadId)))
    : await insertThread(c, openedThread(message, id));
  if (!thread) throw notFound('thread', message.threadId!.toHexString());
  return insertMessage(c, YIELDS_MS[message.priority], messageRow({ ...message, id }, thread, routing));
}

/** As it is stored, at the place its thread gave it. */
export function messageRow(
  message: NewMessage & { id: ObjectId },
  thread: Pick<ThreadDocument, '_id' | 'lastSeq' | 'projectId'>,
  routing: Routing,
): NewMessageRow {
  return {
    _id: message.id,
    tenantId: message.tenantId,
    createdBy: message.createdBy,
    threadId: thread._id,
    lane: thread._id,
    seq: thread.lastSeq,
    from: message.from,
    onBehalfOf: message.onBehalfOf ?? null,
    assignedTo: message.assignedTo,
    projectId: thread.projectId,
    priority: message.priority,
    kind: message.kind,
    body: redactSecrets(message.body),
    inReplyTo: message.inReplyTo ?? null,
    expectsReply: message.expectsReply ?? false,
    hops: message.hops ?? 0,
    status: routing.status,
    reason: routing.reason,
    options: message.options ?? null,
    ...(message.isBlocker ? { isBlocker: true as const } : {}),
    late: message.late ?? false,
    attempts: 0,
    epoch: 0,
    dispatchId: null,
    ledger: {},
    ...(message.newsFor ? { newsFor: message.newsFor } : {}),
    ...(message.kind === 'answer' && message.inReplyTo ? { wakes: true as const } : {}),
  };
}

/** Its id is the message's, as it is for a raw insert: one rule for both. */
const openedThread = (message: NewMessage, id: ObjectId) => ({
  _id: id,
  tenantId: message.tenantId,
  createdBy: message.createdBy,
  subject: redactSecrets(message.subject ?? ''),
  title: titleOf(redactSecrets(message.body)),
  priority: message.priority,
  assignedTo: message.from.kind === 'user' ? message.assignedTo : null,
  projectId: message.projectId ?? null,
  status: 'open' as ThreadDocument['status'],
  lastSeq: 1,
  messageCount: 1,
});
