import { notFound } from '../../domain/errors';
import { HUMAN } from '../../domain/fields';
import type { ObjectId, ThreadDocument } from '../../store/documents';
import { bodyId } from '../../store/ids';
import { threadsOfDispatch, type InboxScope } from '../../store/inbox';
import type { Caller } from '../identity/caller';
import { isOwnThread } from '../threads/scope';
import { findOrReopenThread } from './adoption/lost-thread';

/**
 * Whose messages a caller sees as its own: a dispatch, those to its type in its threads, and a run's orchestrator what
 * its workers ask; a token bound to a type, all to that type; anybody else, those to people.
 */
export async function inboxScope({ ctx: { plane, principal }, agentType, dispatch }: Caller): Promise<InboxScope> {
  return {
    tenantId: principal.tenantId,
    addressee: agentType ?? HUMAN,
    threads: dispatch ? await threadsOfDispatch(plane.collections, principal.tenantId, dispatch) : null,
    askedIn: dispatch?.run?.tier === 'orchestrator' ? dispatch.threadId : null,
    questionId: dispatch?.question?.id ?? null,
  };
}

/** The thread of the dispatch itself, and whatever its type takes part in. */
export async function isReadableThread({ ctx, dispatch }: Caller, threadId: ObjectId): Promise<boolean> {
  return (dispatch?.threadId?.equals(threadId) ?? false) || isOwnThread(ctx, threadId);
}

export async function requireReadableThread(caller: Caller, threadId: string): Promise<ThreadDocument> {
  const { plane, principal } = caller.ctx;
  const thread = await findOrReopenThread(plane, principal.tenantId, bodyId('threadId', threadId));
  if (!thread || !(await isReadableThread(caller, thread._id))) throw notFound('thread', threadId);
  return thread;
}
