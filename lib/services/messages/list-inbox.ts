import { requirePermission } from '../../auth/policy';
import type { Page } from '../../domain/fields';
import type { AgentMessage } from '../../domain/message/agent-view';
import { databaseNow, listInboxPage } from '../../store/inbox';
import { requireReader, type Caller } from '../identity/caller';
import { fittingPage } from '../fitting-page';
import { encodeInboxPosition, positionAt } from './inbox-position';
import { inboxScope } from './inbox-scope';
import { lengthOfBody, toAgentMessages } from './to-agent-message';

export interface ListInbox {
  unread?: boolean | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Newest first. It marks nothing; `position` is of before the read, so that waiting from it misses nothing. */
export async function listInbox(
  caller: Caller,
  { unread, ...page }: ListInbox,
): Promise<Page<AgentMessage> & { position: string }> {
  requireReader(caller);
  const { plane, principal } = caller.ctx;
  requirePermission(principal, 'messages:read');
  const c = plane.collections;
  const [now, scope] = await Promise.all([databaseNow(c), inboxScope(caller)]);
  const { items, nextCursor } = await fittingPage(page, lengthOfBody, request =>
    listInboxPage(c, scope, unread === true, request),
  );
  return {
    items: toAgentMessages(items, caller.dispatch?._id ?? null),
    nextCursor,
    position: encodeInboxPosition(positionAt(now.getTime(), items)),
  };
}
