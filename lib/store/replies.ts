import type { ObjectId } from 'mongodb';
import type { Collections } from './collections';
import { duplicatePlaces } from './errors';
import type { DispatchDocument, MessageDocument } from './documents';
import type { NewMessageRow } from './messages';
import { updateEach, type FencedUpdate } from './update-each';
import { heldBy, WORK_WORDS } from './work-items';

/** What completing many messages writes to `messages`: their replies, and that they are done. */

export interface Reply {
  message: NewMessageRow;
  yieldsMs: number;
}

/** Of a message, what its reply and the end of its work rest on. */
const REPLIED_TO = { tenantId: 1, threadId: 1, from: 1, kind: 1, priority: 1, hops: 1, expectsReply: 1 } as const;
export type RepliedTo = Pick<MessageDocument, '_id' | keyof typeof REPLIED_TO>;

export const findRepliedTo = (c: Collections, ids: ObjectId[]): Promise<RepliedTo[]> =>
  c.messages
    .find({ _id: { $in: ids }, rankAt: { $type: 'date' }, deletedAt: { $exists: false } })
    .project<RepliedTo>(REPLIED_TO)
    .toArray();

/** Of these ids, in hex, those that are taken. */
export async function findTaken(c: Collections, ids: ObjectId[]): Promise<Set<string>> {
  const rows = await c.messages.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
  return new Set(rows.map(({ _id }) => _id.toHexString()));
}

type Done = Pick<DispatchDocument, '_id' | 'source' | 'epoch' | 'firstHeartbeatAt' | 'endedAt'>;

/** A reply that is there already stays as it is. The caller's next majority write covers these. */
export async function insertReplies(c: Collections, replies: Reply[], now: Date): Promise<void> {
  if (replies.length === 0) return;
  const rows = replies.map(({ message, yieldsMs }): MessageDocument => {
    const rankAt = new Date(now.getTime() + yieldsMs);
    const times = { createdAt: now, updatedAt: now, availableAt: now, arrivedAt: now, rankAt };
    return { ...message, ...times, ledger: { storedAt: now } };
  });
  try {
    await c.messages.insertMany(rows, { ordered: false, writeConcern: { w: 1 } });
  } catch (error) {
    if (duplicatePlaces(error) === null) throw error;
  }
}

/** Those that a dispatch holds no longer are left alone: doing it twice is harmless. */
export async function finishMessages(c: Collections, done: Done[]): Promise<void> {
  await updateEach(c.messages, done.map(finish));
}

const finish = ({ _id, source, epoch, firstHeartbeatAt, endedAt }: Done): FencedUpdate<MessageDocument> => ({
  filter: heldBy(WORK_WORDS.message, { id: source.id, dispatchId: _id, epoch }),
  update: {
    $set: {
      status: 'done',
      epoch,
      reason: null,
      // As in `markWorkDone`, where an absent time is written as null too.
      ...({ 'ledger.firstHeartbeatAt': firstHeartbeatAt, 'ledger.doneAt': endedAt } as object),
    },
    $currentDate: { updatedAt: true },
  },
});
