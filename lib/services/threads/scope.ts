import { notFound } from '../../domain/errors';
import type { ObjectId, ThreadDocument } from '../../store/documents';
import { agentIsInThread, threadsOfAgent } from '../../store/threads-of-agent';
import type { Context } from '../context';

/** An agent's token sees the threads its type takes part in; every other role sees its tenant's. */

export async function requireOwnThread(ctx: Context, thread: Pick<ThreadDocument, '_id' | 'tenantId'>): Promise<void> {
  if (await isOwnThread(ctx, thread._id)) return;
  throw notFound('thread', thread._id.toHexString());
}

export async function isOwnThread({ plane, principal }: Context, threadId: ObjectId): Promise<boolean> {
  if (principal.role !== 'agent') return true;
  return agentIsInThread(plane.collections, principal.tenantId, principal.agentType!, threadId);
}

/** Null: no narrowing. */
export async function ownThreads({ plane, principal }: Context): Promise<ObjectId[] | null> {
  if (principal.role !== 'agent') return null;
  return threadsOfAgent(plane.collections, principal.tenantId, principal.agentType!);
}
