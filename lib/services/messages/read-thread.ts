import { requirePermission } from '../../auth/policy';
import type { Page } from '../../domain/fields';
import type { AgentMessage } from '../../domain/message/agent-view';
import type { Pathless } from '../../domain/project/schema';
import type { Thread } from '../../domain/thread/schema';
import type { PageRequest } from '../../store/list-page';
import { IN_THREAD, listMessagePage } from '../../store/messages';
import { toThread } from '../../store/to-record/work';
import { requireReader, type Caller } from '../identity/caller';
import { fittingPage } from '../fitting-page';
import { requireReadableThread } from './inbox-scope';
import { lengthOfBody, toAgentMessages } from './to-agent-message';

/** A thread's messages in their order, oldest first. */
export async function readThread(
  caller: Caller,
  { threadId, ...page }: PageRequest & { threadId: string },
): Promise<Page<AgentMessage> & { thread: Pathless<Thread> }> {
  requireReader(caller);
  const { plane, principal } = caller.ctx;
  requirePermission(principal, 'messages:read');
  const thread = await requireReadableThread(caller, threadId);
  const filter = { tenantId: principal.tenantId, threadId: thread._id };
  const { items, nextCursor } = await fittingPage(page, lengthOfBody, request =>
    listMessagePage(plane.collections, filter, IN_THREAD, request, row => row),
  );
  return {
    thread: toThread(thread),
    items: toAgentMessages(items, caller.dispatch?._id ?? null),
    nextCursor,
  };
}
