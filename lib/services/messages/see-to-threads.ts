import { RAW_INSERT } from '../../domain/message/sender';
import type { MessageDocument, ObjectId } from '../../store/documents';
import { hex } from '../../store/ids';
import { markSeenTo } from '../../store/inbox-items';
import type { Plane } from '../context';

type Said = Pick<MessageDocument, 'tenantId' | 'seq' | 'from'> & { threadId: ObjectId };

/**
 * Whoever writes in a thread has seen what was written to people there: it waits no longer, nor do these words
 * themselves. What opens a thread is news to people. Repeatable; what a crash cuts off waits on, and is marked by hand.
 */
export async function seeToThreads({ collections }: Plane, said: Said[]): Promise<void> {
  const last = new Map<string, Said>();
  for (const row of said.filter(isPersonsReply)) {
    const key = hex(row.threadId);
    if (row.seq > (last.get(key)?.seq ?? 0)) last.set(key, row);
  }
  await Promise.all(
    [...last.values()].map(({ tenantId, threadId, seq }) =>
      markSeenTo(collections, { tenantId, threadId, seq: { $lte: seq } }),
    ),
  );
}

/** Where a driver did not say who wrote, it may have been anybody. */
const isPersonsReply = ({ from, seq }: Said): boolean => from.kind === 'user' && from.id !== RAW_INSERT && seq > 1;
