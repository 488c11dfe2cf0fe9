import type { AnyBulkWriteOperation, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import { duplicatePlaces } from './errors';
import type { DispatchDocument, MessageDocument } from './documents';
import type { NewMessageRow } from './messages';
import { heldBy, WORK_WORDS } from './work-items';

/** What completing many messages writes to `messages`: their replies, and that they are done. */

export interface Reply {
  message: NewMessageRow;
  /** Not shown before; work of the same age but less urgent comes after it. */
  rankAt: Date;
}

export const findMessagesById = (c: Collections, ids: ObjectId[]): Promise<MessageDocument[]> =>
  c.messages.find({ _id: { $in: ids }, rankAt: { $type: 'date' }, deletedAt: { $exists: false } }).toArray();

/** Of these ids, in hex, those that are taken. */
export async function findTaken(c: Collections, ids: ObjectId[]): Promise<Set<string>> {
  const rows = await c.messages.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
  return new Set(rows.map(({ _id }) => _id.toHexString()));
}

type Done = Pick<DispatchDocument, '_id' | 'source' | 'epoch' | 'firstHeartbeatAt' | 'endedAt'>;

/**
 * In one round trip; each reply before the message it answers is done. A reply that is there already stays as it is,
 * and a message that this dispatch holds no longer is left alone: doing it twice is harmless.
 */
export async function replyAndFinish(c: Collections, replies: Reply[], done: Done[]): Promise<void> {
  const operations = [...replies.map(insertion), ...done.map(finish)];
  if (operations.length === 0) return;
  try {
    await c.messages.bulkWrite(operations, { ordered: false });
  } catch (error) {
    if (duplicatePlaces(error) === null) throw error;
  }
}

type Operation = AnyBulkWriteOperation<MessageDocument>;

function insertion({ message: { _id, ledger: _none, ...message }, rankAt }: Reply): Operation {
  return {
    updateOne: {
      // Of one that is there this matches nothing, and its id refuses a second.
      filter: { _id, createdAt: { $exists: false } },
      update: {
        $setOnInsert: { ...message, rankAt },
        $currentDate: {
          createdAt: true,
          updatedAt: true,
          availableAt: true,
          arrivedAt: true,
          'ledger.storedAt': true,
        },
      },
      upsert: true,
    },
  };
}

const finish = ({ _id, source, epoch, firstHeartbeatAt, endedAt }: Done): Operation => ({
  updateOne: {
    filter: heldBy(WORK_WORDS.message, { id: source.id, dispatchId: _id, epoch }),
    update: {
      $set: {
        status: 'done',
        reason: null,
        // As in `markWorkDone`, where an absent time is written as null too.
        ...({ 'ledger.firstHeartbeatAt': firstHeartbeatAt, 'ledger.doneAt': endedAt } as object),
      },
      $currentDate: { updatedAt: true },
    },
  },
});
