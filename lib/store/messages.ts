import type { Document, Filter, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import type { MessageDocument } from './documents';
import { insertOrFind } from './insert-or-find';
import { listPage, type PageOrder, type PageRequest } from './list-page';

export type NewMessageRow = Omit<MessageDocument, 'createdAt' | 'updatedAt' | 'rankAt' | 'availableAt' | 'arrivedAt'>;

/** `yieldsMs` puts less urgent work later in rank; all times are the database's. */
export async function insertMessage(
  c: Collections,
  yieldsMs: number,
  message: NewMessageRow,
): Promise<MessageDocument> {
  const insert = () =>
    c.messages.findOneAndUpdate(
      { _id: message._id, createdAt: { $exists: false } },
      [
        {
          $replaceWith: {
            $mergeObjects: [
              { $literal: message },
              {
                createdAt: '$$NOW',
                updatedAt: '$$NOW',
                availableAt: '$$NOW',
                arrivedAt: '$$NOW',
                rankAt: { $add: ['$$NOW', yieldsMs] },
                ledger: { storedAt: '$$NOW' },
              },
            ],
          },
        },
      ],
      { upsert: true, returnDocument: 'after' },
    );
  return insertOrFind(c.messages, message._id, insert);
}

export const messageExists = (c: Collections, id: ObjectId) => c.messages.findOne({ _id: id });

/** Of these, those that a driver did not delete. */
export async function findStanding(c: Collections, ids: ObjectId[]): Promise<ObjectId[]> {
  const rows = await c.messages.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
  return rows.map(({ _id }) => _id);
}

export const findMessage = (c: Collections, tenantId: string, id: ObjectId) =>
  c.messages.findOne({ _id: id, tenantId, rankAt: { $type: 'date' }, deletedAt: { $exists: false } });

export const findLastMessages = async (
  c: Collections,
  threadId: ObjectId,
  limit: number,
): Promise<MessageDocument[]> => {
  const rows = await c.messages
    .find({ threadId, rankAt: { $type: 'date' }, deletedAt: { $exists: false } })
    .sort({ seq: -1 })
    .limit(limit)
    .toArray();
  return rows.toReversed();
};

/** Oldest first, of one thread. */
export const findMessagesById = (c: Collections, ids: ObjectId[]): Promise<MessageDocument[]> =>
  c.messages
    .find({ _id: { $in: ids }, deletedAt: { $exists: false } })
    .sort({ seq: 1 })
    .toArray();

/**
 * All of these threads' messages, each thread's in its order: for threads known to be short. By thread; those that would
 * be read after bodies of `most` characters in all are left out whole. At least one is read.
 */
export async function findMessagesOf(
  c: Collections,
  threadIds: ObjectId[],
  most: number,
): Promise<{ messages: MessageDocument[]; unread: ObjectId[] }> {
  const cursor = c.messages
    .find({ threadId: { $in: threadIds }, rankAt: { $type: 'date' }, deletedAt: { $exists: false } })
    .sort({ threadId: 1, seq: 1 });
  const messages: MessageDocument[] = [];
  let characters = 0;
  try {
    // By what the server sends at once, for one by one is slower.
    while (characters <= most && (await cursor.hasNext())) {
      const batch = cursor.readBufferedDocuments();
      messages.push(...batch);
      for (const { body } of batch) characters += typeof body === 'string' ? body.length : 0;
    }
    const last = characters > most && (await cursor.hasNext()) ? messages.at(-1)!.threadId : null;
    if (last === null || messages[0]!.threadId.equals(last)) return { messages, unread: after(threadIds, last) };
    // The last may have more.
    const unread = [last, ...after(threadIds, last)];
    return { messages: messages.filter(({ threadId }) => !threadId.equals(last)), unread };
  } finally {
    await cursor.close();
  }
}

const after = (ids: ObjectId[], last: ObjectId | null): ObjectId[] =>
  last === null ? [] : ids.filter(id => id.toHexString() > last.toHexString());

/** As they stand, maybe raw. */
export const findRawMessages = (c: Collections, ids: ObjectId[]): Promise<Document[]> =>
  c.messages.find({ _id: { $in: ids } }).toArray();

/** Of these threads, what nobody took up yet, oldest first; the messages that open them as well. */
export const findRawOfThreads = (c: Collections, threads: ObjectId[], limit: number): Promise<Document[]> =>
  c.messages
    .find({
      $or: [
        // Without a place yet; a driver may write the id as the API shows it.
        { threadId: { $in: [...threads, ...threads.map(id => id.toHexString())] }, seq: null, rankAt: null },
        { _id: { $in: threads }, rankAt: null },
      ],
    } as unknown as Filter<MessageDocument>)
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();

/** Raw inserts nobody took up yet, after `afterId`; a pass goes round so that bad ones cannot block good ones. */
export const findUnadopted = (c: Collections, afterId: ObjectId | null, limit: number) =>
  c.messages
    .find({ rankAt: null, ...(afterId ? { _id: { $gt: afterId } } : {}) } as unknown as Filter<MessageDocument>, {
      projection: { _id: 1 },
    })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();

/** Of one thread, oldest first. */
export const IN_THREAD: PageOrder = { field: 'seq', direction: 1 };

/** What else a driver put there stands before or behind all places, where a page does not go on. */
const HAS_PLACE = { seq: { $gte: 0, $not: { $type: 'array' } } };

export const listMessagePage = <R>(
  c: Collections,
  filter: Filter<MessageDocument>,
  order: PageOrder,
  page: PageRequest,
  toRecord: (row: MessageDocument) => R,
) =>
  listPage(
    c.messages,
    {
      ...filter,
      ...(order.field === 'seq' ? HAS_PLACE : {}),
      rankAt: { $type: 'date' },
      deletedAt: { $exists: false },
    } as Filter<MessageDocument>,
    order,
    page,
    toRecord,
  );

/** Only while it stands as it was read. Null: where it stood, whom it was for or how urgent it was is another by now. */
export const changeMessageAsRead = (
  c: Collections,
  { _id, tenantId, status, assignedTo, priority }: MessageDocument,
  set: Document,
): Promise<MessageDocument | null> =>
  c.messages.findOneAndUpdate(
    { _id, tenantId, status, assignedTo, priority, deletedAt: { $exists: false } },
    [{ $set: { ...set, updatedAt: '$$NOW' } }],
    { returnDocument: 'after' },
  );

/** Only while nobody has it: a claimed message is cancelled through its dispatch. Null: its status was another. */
export const changeIdleMessage = (
  c: Collections,
  tenantId: string,
  id: ObjectId,
  statuses: MessageDocument['status'][],
  set: Document,
): Promise<MessageDocument | null> =>
  c.messages.findOneAndUpdate(
    { _id: id, tenantId, status: { $in: statuses }, deletedAt: { $exists: false } },
    [{ $set: { ...set, updatedAt: '$$NOW' } }],
    { returnDocument: 'after' },
  );
