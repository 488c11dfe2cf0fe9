import { markReplied } from '../../store/dispatches';
import type { MessageDocument } from '../../store/documents';
import { bodyId } from '../../store/ids';
import { findMessage } from '../../store/messages';
import type { Context, Plane } from '../context';
import { wakeAsker } from '../dispatches/settle/wake-asker';
import { seeToThreads } from './see-to-threads';

/**
 * What follows once a message is stored: what it shows that a person has seen; of a reply, that its dispatch has replied,
 * and where it is an answer the asker is woken.
 * Repeatable. Of an answer that was cut off before this the sweep does it; a repeat under the same key does it at once.
 */
export async function finishReply(plane: Plane, row: MessageDocument): Promise<MessageDocument> {
  const { tenantId, inReplyTo, from } = row;
  await seeToThreads(plane, [row]);
  if (!inReplyTo) return row;
  // First: the other marks it as finished.
  if (from.dispatchId) await markReplied(plane.collections, from.dispatchId, inReplyTo);
  if (!row.wakes) return row;
  const asker = await wakeAsker(plane, tenantId, inReplyTo, row);
  return { ...row, late: asker === null };
}

/** Of one that is found made under an idempotency key. */
export async function mendMessage({ plane, principal }: Context, recordId: string): Promise<void> {
  const row = await findMessage(plane.collections, principal.tenantId, bodyId('recordId', recordId));
  if (row) await finishReply(plane, row);
}
