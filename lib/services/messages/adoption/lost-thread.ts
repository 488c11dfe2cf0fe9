import type { ObjectId, ThreadDocument } from '../../../store/documents';
import { findMessage } from '../../../store/messages';
import type { RawMessage } from '../../../store/raw-document';
import { findThread, openRawThreads, takeSeq } from '../../../store/threads';
import type { Plane } from '../../context';
import { threadOf } from './plan-adoption';

/**
 * A raw message's own thread is written a moment after its claim, or before it for one server alone. The process or
 * the primary that dies in between leaves the message without it; the message that opened it brings it back. False:
 * there never was such a thread.
 */
export async function reopenThread({ collections: c }: Plane, tenantId: string, threadId: ObjectId): Promise<boolean> {
  const opener = await findMessage(c, tenantId, threadId);
  if (!opener?.threadId.equals(threadId)) return false;
  await openRawThreads(c, [threadOf(opener as unknown as RawMessage, tenantId, threadId)]);
  return true;
}

/** Brought back, it gives out its next place. Null: there is none, or it was deleted. */
export const reopenLostThread = async (
  plane: Plane,
  tenantId: string,
  threadId: ObjectId,
): Promise<ThreadDocument | null> =>
  (await reopenThread(plane, tenantId, threadId)) ? takeSeq(plane.collections, tenantId, threadId) : null;

/** A thread by its id, brought back where it was lost. */
export async function findOrReopenThread(
  plane: Plane,
  tenantId: string,
  threadId: ObjectId,
): Promise<ThreadDocument | null> {
  const find = () => findThread(plane.collections, tenantId, threadId);
  return (await find()) ?? ((await reopenThread(plane, tenantId, threadId)) ? find() : null);
}
