import { requirePermission } from '../../auth/policy';
import type { Page } from '../../domain/fields';
import type { AgentMessage } from '../../domain/message/agent-view';
import type { MessageDocument } from '../../store/documents';
import { addressedTo, databaseNow } from '../../store/inbox';
import { listMessagePage } from '../../store/messages';
import { requireReader, type Caller } from '../identity/caller';
import { encodeInboxPosition, positionFrom } from './inbox-position';
import { inboxScope } from './inbox-scope';
import { pageForAgent } from './page-for-agent';

export interface ListInbox {
  unread?: boolean | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Newest first. It marks nothing; `position` is taken before the read, so that waiting from it misses nothing. */
export async function listInbox(
  caller: Caller,
  { unread, ...page }: ListInbox,
): Promise<Page<AgentMessage> & { position: string }> {
  requireReader(caller);
  const { plane, principal } = caller.ctx;
  requirePermission(principal, 'messages:read');
  const c = plane.collections;
  const now = await databaseNow(c);
  const scope = await inboxScope(caller);
  const filter = { ...addressedTo(scope), ...(unread ? { 'ledger.readAt': null } : {}) };
  const seen: MessageDocument[] = [];
  const inbox = await pageForAgent(caller, page, async request => {
    const rows = await listMessagePage(c, filter as typeof scope & object, { direction: -1 }, request, row => row);
    seen.splice(0, seen.length, ...rows.items);
    return rows;
  });
  return { ...inbox, position: encodeInboxPosition(positionFrom({ atMs: now.getTime(), seen: [] }, seen)) };
}
