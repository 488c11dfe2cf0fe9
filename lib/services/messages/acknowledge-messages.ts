import { requirePermission } from '../../auth/policy';
import { HUMAN } from '../../domain/fields';
import { bodyId, hex } from '../../store/ids';
import { findAddressed, markRead } from '../../store/inbox';
import { markSeenTo } from '../../store/inbox-items';
import { requireWriter, type Caller } from '../identity/caller';
import { inboxScope } from './inbox-scope';

export interface Acknowledged {
  /** Marked as read, now or before. */
  acknowledged: string[];
  /** Not in the caller's inbox. */
  unknown: string[];
}

/**
 * Notes in the ledger that its addressee has read a message; one to people has been seen to with that. Again changes
 * nothing: the first reading stands.
 */
export async function acknowledgeMessages(caller: Caller, messageIds: string[]): Promise<Acknowledged> {
  requireWriter(caller);
  const { plane, principal } = caller.ctx;
  requirePermission(principal, 'messages:write');
  const scope = await inboxScope(caller);
  const ids = messageIds.map((id, at) => bodyId(`messageIds.${at}`, id));
  const rows = await findAddressed(plane.collections, scope, ids);
  const { tenantId } = principal;
  const found = rows.map(({ _id }) => _id);
  if (scope.addressee === HUMAN) await markSeenTo(plane.collections, { tenantId, _id: { $in: found } });
  await markRead(plane.collections, tenantId, found);
  const known = new Set(rows.map(({ _id }) => hex(_id)));
  const asked = [...new Set(messageIds)];
  return { acknowledged: asked.filter(id => known.has(id)), unknown: asked.filter(id => !known.has(id)) };
}
