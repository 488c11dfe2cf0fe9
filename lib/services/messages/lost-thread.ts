import type { ObjectId, ThreadDocument } from '../../store/documents';
import { findMessage } from '../../store/messages';
import type { RawMessage } from '../../store/raw-document';
import { openRawThreads, takeSeq } from '../../store/threads';
import type { Plane } from '../context';
import { threadOf } from './plan-adoption';

/**
 * A raw message's own thread is written for one server alone, and the message after it for a majority. A primary that
 * dies in between may take the thread with it; the message that opened it brings it back, and gives out its next
 * place. Null: there never was such a thread, or it was deleted.
 */
export async function reopenLostThread(
  { collections: c }: Plane,
  tenantId: string,
  threadId: ObjectId,
): Promise<ThreadDocument | null> {
  const opener = await findMessage(c, tenantId, threadId);
  if (!opener?.threadId.equals(threadId)) return null;
  await openRawThreads(c, [threadOf(opener as unknown as RawMessage, tenantId, threadId)]);
  return takeSeq(c, tenantId, threadId);
}
