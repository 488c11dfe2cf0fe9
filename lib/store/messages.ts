import type { Document, Filter, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import type { MessageDocument } from './documents';
import { recentDatabaseClock } from './database-clock';
import { findHeldBy } from './work-claims';
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

/** All of these threads' messages, each thread's in its order: for threads known to be short. */
/** Oldest first, of one thread. */
export const findMessagesById = (c: Collections, ids: ObjectId[]): Promise<MessageDocument[]> =>
  c.messages
    .find({ _id: { $in: ids }, deletedAt: { $exists: false } })
    .sort({ seq: 1 })
    .toArray();

export const findMessagesOf = (c: Collections, threadIds: ObjectId[]): Promise<MessageDocument[]> =>
  c.messages
    .find({ threadId: { $in: threadIds }, rankAt: { $type: 'date' }, deletedAt: { $exists: false } })
    .sort({ threadId: 1, seq: 1 })
    .toArray();

export type AdoptionDefaults = Omit<NewMessageRow, '_id' | 'body' | 'ledger'>;

/** One raw message taken up: what it lacked, and when the database stored it, where the stream told. */
export interface MessageAdoption {
  id: ObjectId;
  /** Fields the defaults rest on, as they were read; changed meanwhile, nothing is taken up. Absent reads as null. */
  readAs: Document;
  defaults: AdoptionDefaults;
  yieldsMs: number;
  /** As a driver wrote it. */
  createdAt: Date | null;
  storedAt: Date | null;
}

const stillRaw = ({ id, readAs }: MessageAdoption) =>
  ({ ...readAs, _id: id, rankAt: null }) as unknown as Filter<MessageDocument>;

const fillIn = ({ defaults, yieldsMs, storedAt }: MessageAdoption): Document => ({
  ...Object.fromEntries(Object.entries(defaults).map(([field, value]) => [field, { $literal: value }])),
  createdAt: { $ifNull: ['$createdAt', storedAt ?? '$$NOW'] },
  updatedAt: '$$NOW',
  adoptedAt: '$$NOW',
  arrivedAt: '$$NOW',
  availableAt: '$$NOW',
  rankAt: { $add: ['$$NOW', yieldsMs] },
  ledger: { storedAt: storedAt ?? '$$NOW' },
});

/**
 * Fills in what raw inserts left out, once: the winner is the one who finds `rankAt` missing. Fields that are there
 * stay. In one round trip; who was first, or that a driver changed what one was read with, shows in nothing but the
 * documents.
 */
export async function adoptMessages(c: Collections, adoptions: MessageAdoption[]): Promise<void> {
  if (adoptions.length === 0) return;
  await c.messages.bulkWrite(
    adoptions.map(adoption => ({
      updateOne: { filter: stillRaw(adoption), update: [{ $set: fillIn(adoption) }] },
    })),
    { ordered: false },
  );
}

interface AdoptingClaim {
  epoch: number;
  dispatchId: ObjectId;
  streamedAt: Date | null;
}

/**
 * All it writes is known, so it is a plain update: one that computes in the server costs it half as much again. Beside
 * `readAs` only `createdAt` might have changed since it was read, and a driver's is no more than a note.
 */
const takeRaw = ({ defaults, createdAt, storedAt, yieldsMs }: MessageAdoption, claim: AdoptingClaim, now: Date) => ({
  $set: {
    ...defaults,
    createdAt: createdAt ?? storedAt ?? now,
    updatedAt: now,
    adoptedAt: now,
    arrivedAt: now,
    availableAt: now,
    rankAt: new Date(now.getTime() + yieldsMs),
    status: 'claimed' as const,
    epoch: claim.epoch,
    attempts: 1,
    dispatchId: claim.dispatchId,
    ledger: {
      storedAt: storedAt ?? now,
      claimedAt: now,
      ...(claim.streamedAt ? { streamedAt: claim.streamedAt } : {}),
    },
  },
});

/** Taken up and claimed in one write: for a claim that comes before anybody adopted. Null: somebody was first. */
export async function adoptAsClaimed(
  c: Collections,
  adoption: MessageAdoption,
  claim: AdoptingClaim,
): Promise<MessageDocument | null> {
  const now = (await recentDatabaseClock(c)).now();
  return c.messages.findOneAndUpdate(stillRaw(adoption), takeRaw(adoption, claim, now), { returnDocument: 'after' });
}

/** The same for many, in two round trips. Those somebody else took up are missing from the answer. */
export async function adoptManyAsClaimed(
  c: Collections,
  taken: { adoption: MessageAdoption; claim: AdoptingClaim }[],
): Promise<MessageDocument[]> {
  const now = (await recentDatabaseClock(c)).now();
  await c.messages.bulkWrite(
    taken.map(({ adoption, claim }) => ({
      updateOne: { filter: stillRaw(adoption), update: takeRaw(adoption, claim, now) },
    })),
    { ordered: false },
  );
  return findHeldBy(
    c.messages,
    taken.map(({ adoption, claim }) => ({ id: adoption.id, dispatchId: claim.dispatchId })),
  );
}

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

export const listMessagePage = <R>(
  c: Collections,
  filter: Filter<MessageDocument>,
  order: PageOrder,
  page: PageRequest,
  toRecord: (row: MessageDocument) => R,
) =>
  listPage(
    c.messages,
    { ...filter, rankAt: { $type: 'date' }, deletedAt: { $exists: false } } as Filter<MessageDocument>,
    order,
    page,
    toRecord,
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
