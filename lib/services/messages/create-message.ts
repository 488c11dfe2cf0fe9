import { requirePermission } from '../../auth/policy';
import { invalidField, notFound } from '../../domain/errors';
import { HUMAN } from '../../domain/fields';
import type { CreateMessage, Message, PostMessage } from '../../domain/message/schema';
import type { MessageDocument, ThreadDocument } from '../../store/documents';
import { bodyId, hex, pathId } from '../../store/ids';
import { findMessage } from '../../store/messages';
import { findOpenHumanQuestions } from '../../store/questions';
import { toMessage } from '../../store/to-record/work';
import type { Context } from '../context';
import { requireProject } from '../projects/require-project';
import { withPath } from '../projects/with-path';
import { isOwnThread, requireOwnThread } from '../threads/scope';
import { addressReply, isAmongPeople } from './address-reply';
import { appendMessage, type NewMessage } from './append-message';
import { finishReply } from './finish-reply';
import { findOrReopenThread } from './adoption/lost-thread';
import { senderOf } from './sender';

/** `POST /api/messages`: opens a thread where neither one nor a message to reply to is named. */
export async function createMessage(ctx: Context, input: CreateMessage, recordId?: string): Promise<Message> {
  requirePermission(ctx.principal, 'messages:write');
  const { threadId: named, subject, projectId, ...post } = input;
  const by = named === undefined ? 'inReplyTo' : 'threadId';
  const threadId = named ?? (await threadRepliedIn(ctx, post.inReplyTo));
  if (threadId !== undefined) {
    if (subject !== undefined) throw invalidField('subject', `belongs to a new thread; this one names ${by}`);
    if (projectId !== undefined) throw invalidField('projectId', `belongs to a new thread; this one names ${by}`);
    return postMessage(ctx, threadId, post, { recordId, field: by });
  }
  await requireAddressee(ctx, post.assignedTo ?? null);
  const node = projectId ? await requireProject(ctx, projectId) : null;
  const row = await appendMessage(ctx.plane, {
    ...base(ctx, post, recordId),
    assignedTo: post.assignedTo ?? null,
    subject,
    projectId: node,
    priority: post.priority ?? 'normal',
    kind: 'message',
  });
  return finish(ctx, row);
}

/** `POST /api/threads/:id/messages`. A person's message in a thread with one open question for them is its answer. */
export async function postMessage(
  ctx: Context,
  threadId: string,
  post: PostMessage,
  { recordId, field }: { recordId?: string | undefined; field?: string } = {},
): Promise<Message> {
  requirePermission(ctx.principal, 'messages:write');
  await ctx.plane.adoption.flush();
  const { plane, principal } = ctx;
  const id = field ? bodyId(field, threadId) : pathId('thread', threadId);
  const thread = await findOrReopenThread(plane, principal.tenantId, id);
  if (!thread) throw notFound('thread', threadId);
  await requireOwnThread(ctx, thread);
  const replied = post.inReplyTo === undefined ? null : await requireInThread(ctx, thread, post.inReplyTo);
  const question = await questionAnswered(ctx, thread, replied);
  if (question) return answer(ctx, thread, question, base(ctx, post, recordId));
  const placed = { priority: post.priority ?? thread.priority, hops: replied ? replied.hops + 1 : 0 };
  const row = await appendMessage(plane, {
    ...base(ctx, post, recordId),
    threadId: thread._id,
    ...(await addressOf(ctx, thread, post.assignedTo, replied, placed)),
    ...placed,
    kind: 'message',
    inReplyTo: replied?._id ?? null,
  });
  return finish(ctx, row);
}

type Base = Pick<NewMessage, 'id' | 'tenantId' | 'from' | 'body' | 'expectsReply' | 'createdBy'>;

const base = ({ principal }: Context, post: PostMessage, recordId: string | undefined): Base => ({
  ...(recordId === undefined ? {} : { id: bodyId('recordId', recordId) }),
  tenantId: principal.tenantId,
  from: senderOf(principal),
  body: post.body,
  expectsReply: post.expectsReply ?? false,
  createdBy: principal.id,
});

async function finish({ plane }: Context, row: MessageDocument): Promise<Message> {
  if (row.status === 'queued') plane.doorbell.ring(row.tenantId);
  return withPath(plane, toMessage(await finishReply(plane, row)));
}

/** Whom it names; else whoever it replies to, if that one has an inbox; else whom the thread is for. */
async function addressOf(
  ctx: Context,
  thread: ThreadDocument,
  named: PostMessage['assignedTo'],
  replied: MessageDocument | null,
  placed: Pick<MessageDocument, 'priority' | 'hops'>,
): Promise<Pick<NewMessage, 'assignedTo' | 'routing'>> {
  if (named === undefined && replied && !isAmongPeople(senderOf(ctx.principal), replied)) {
    const address = await addressReply(ctx.plane, thread.tenantId, replied, placed);
    if (address.assignedTo !== null) return address;
  }
  const assignedTo = named === undefined ? thread.assignedTo : named;
  await requireAddressee(ctx, assignedTo);
  return { assignedTo };
}

export async function requireAddressee({ plane, principal }: Context, assignedTo: string | null): Promise<void> {
  if (assignedTo === null || assignedTo === HUMAN) return;
  if (await plane.agentTypes.get(principal.tenantId, assignedTo)) return;
  throw invalidField(
    'assignedTo',
    `got '${assignedTo}', wants 'human', null, or the slug of an agent type that exists`,
  );
}

/** A reply stands where what it replies to stands: who answers need not look up its thread first. */
async function threadRepliedIn(ctx: Context, messageId: string | undefined): Promise<string | undefined> {
  if (messageId === undefined) return undefined;
  // A raw insert is a message only once it was taken up.
  await ctx.plane.adoption.flush();
  const replied = await findMessage(ctx.plane.collections, ctx.principal.tenantId, bodyId('inReplyTo', messageId));
  // Here and not by its thread: the refusal would name a thread that an agent's token may not know of.
  if (replied && (await isOwnThread(ctx, replied.threadId))) return hex(replied.threadId);
  throw notFound('message', messageId);
}

async function requireInThread(ctx: Context, thread: ThreadDocument, messageId: string): Promise<MessageDocument> {
  const message = await findMessage(ctx.plane.collections, ctx.principal.tenantId, bodyId('inReplyTo', messageId));
  if (message?.threadId.equals(thread._id)) return message;
  throw invalidField('inReplyTo', `got '${messageId}', wants the id of a message of this thread`);
}

async function questionAnswered(
  { plane, principal }: Context,
  thread: ThreadDocument,
  replied: MessageDocument | null,
): Promise<MessageDocument | null> {
  if (principal.role === 'agent') return null;
  if (replied) return replied.kind === 'question' ? replied : null;
  const open = await findOpenHumanQuestions(plane.collections, thread.tenantId, thread._id);
  return open.length === 1 ? open[0]! : null;
}

async function answer(ctx: Context, thread: ThreadDocument, question: MessageDocument, said: Base): Promise<Message> {
  const row = await appendMessage(ctx.plane, {
    ...said,
    threadId: thread._id,
    assignedTo: null,
    priority: question.priority,
    kind: 'answer',
    inReplyTo: question._id,
    hops: question.hops + 1,
  });
  return finish(ctx, row);
}
