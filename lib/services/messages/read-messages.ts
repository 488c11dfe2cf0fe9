import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ListMessages, ListThreadMessages, Message } from '../../domain/message/schema';
import { bodyId, pathId } from '../../store/ids';
import { findMessage, IN_THREAD, listMessagePage } from '../../store/messages';
import { hasWordsOf, MESSAGE_TEXT } from '../../store/standing-text';
import { legibleOne } from '../../store/to-record/legible';
import { toMessage } from '../../store/to-record/work';
import type { Context } from '../context';
import { withFirstHeartbeat } from '../dispatches/with-first-heartbeat';
import { underProject } from '../projects/under-project';
import { pageWithPaths, withPath } from '../projects/with-path';
import { isOwnThread, ownThreads, requireOwnThread } from '../threads/scope';
import { findOrReopenThread } from './adoption/lost-thread';

export async function listMessages(ctx: Context, query: ListMessages): Promise<Page<Message>> {
  requirePermission(ctx.principal, 'messages:read');
  await ctx.plane.adoption.flush();
  const { limit, cursor, q, threadId, projectId, inReplyTo, ...fields } = query;
  const own = await ownThreads(ctx);
  const filter = {
    tenantId: ctx.principal.tenantId,
    ...fields,
    ...(threadId ? { threadId: bodyId('threadId', threadId) } : own ? { threadId: { $in: own } } : {}),
    ...(await underProject(ctx, projectId)),
    // `$type` lets it use the index that only replies are in.
    ...(inReplyTo ? { inReplyTo: { $eq: bodyId('inReplyTo', inReplyTo), $type: 'objectId' as const } } : {}),
    ...hasWordsOf(MESSAGE_TEXT, ctx.principal.tenantId, q),
  };
  if (threadId && !(await isOwnThread(ctx, bodyId('threadId', threadId)))) return { items: [], nextCursor: null };
  const order = { direction: -1 } as const;
  return pageWithPaths(
    ctx.plane,
    await listMessagePage(ctx.plane.collections, filter, order, { limit, cursor }, toMessage),
  );
}

/** A thread's messages in their order, oldest first. */
export async function listThreadMessages(
  ctx: Context,
  threadId: string,
  { limit, cursor, q, ...fields }: ListThreadMessages,
): Promise<Page<Message>> {
  requirePermission(ctx.principal, 'messages:read');
  await ctx.plane.adoption.flush();
  const { plane, principal } = ctx;
  const thread = await findOrReopenThread(plane, principal.tenantId, pathId('thread', threadId));
  if (!thread) throw notFound('thread', threadId);
  await requireOwnThread(ctx, thread);
  const words = hasWordsOf(MESSAGE_TEXT, principal.tenantId, q);
  const filter = { tenantId: principal.tenantId, threadId: thread._id, ...fields, ...words };
  return pageWithPaths(
    plane,
    await listMessagePage(plane.collections, filter, IN_THREAD, { limit, cursor }, toMessage),
  );
}

export async function getMessage(ctx: Context, id: string): Promise<Message> {
  requirePermission(ctx.principal, 'messages:read');
  await ctx.plane.adoption.flush();
  const row = await findMessage(ctx.plane.collections, ctx.principal.tenantId, pathId('message', id));
  const message = legibleOne(row, toMessage);
  if (!row || !message || !(await isOwnThread(ctx, row.threadId))) throw notFound('message', id);
  return withPath(ctx.plane, await withFirstHeartbeat(ctx.plane, message));
}
