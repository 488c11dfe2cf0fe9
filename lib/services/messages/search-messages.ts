import { requirePermission } from '../../auth/policy';
import type { Page } from '../../domain/fields';
import type { AgentMessage } from '../../domain/message/agent-view';
import type { PageRequest } from '../../store/list-page';
import { listMessagePage } from '../../store/messages';
import { hasWordsOf, MESSAGE_TEXT } from '../../store/standing-text';
import { requireReader, type Caller } from '../identity/caller';
import { ownThreads } from '../threads/scope';
import { fittingPage } from '../fitting-page';
import { lengthOfBody, toAgentMessages } from './to-agent-message';

/** What was said in any thread the caller may read, newest first. */
export async function searchMessages(
  caller: Caller,
  { q, ...page }: PageRequest & { q: string },
): Promise<Page<AgentMessage>> {
  requireReader(caller);
  const { plane, principal } = caller.ctx;
  requirePermission(principal, 'messages:read');
  const own = await ownThreads(caller.ctx);
  const threads = own && caller.dispatch?.threadId ? [...own, caller.dispatch.threadId] : own;
  const filter = {
    tenantId: principal.tenantId,
    ...(threads ? { threadId: { $in: threads } } : {}),
    ...hasWordsOf(MESSAGE_TEXT, principal.tenantId, q),
  };
  const { items, nextCursor } = await fittingPage(page, lengthOfBody, request =>
    listMessagePage(plane.collections, filter, { direction: -1 }, request, row => row),
  );
  return { items: toAgentMessages(items, caller.dispatch?._id ?? null), nextCursor };
}
