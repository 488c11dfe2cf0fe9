import type { Document, Filter, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import { recentDatabaseClock } from './database-clock';
import type { ThreadDocument } from './documents';
import { isDuplicateKey } from './errors';
import { insertNow } from './insert-now';
import { insertOrFind } from './insert-or-find';
import { updateEach } from './update-each';
import { listPage, type PageRequest } from './list-page';

export type NewThread = Omit<ThreadDocument, 'createdAt' | 'updatedAt' | 'lastMessageAt'>;

/** `early`: a later majority write of the caller covers this one. */
export function insertThread(c: Collections, thread: NewThread, early = false): Promise<ThreadDocument> {
  const now = ['createdAt', 'updatedAt', ...(thread.messageCount > 0 ? ['lastMessageAt'] : [])];
  const row = { lastMessageAt: null, ...thread } as ThreadDocument;
  if (early) return insertNow(c.threads, row, now, undefined, { w: 1 });
  return insertOrFind(c.threads, thread._id, () => insertNow(c.threads, row, now));
}

/**
 * Gives out the next place in a thread. A place that is then not used leaves a gap, never a repeat. A task has a place
 * among the messages too, but is none: it does not count as one.
 */
export function takeSeq(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  what: 'message' | 'task' = 'message',
): Promise<ThreadDocument | null> {
  return c.threads.findOneAndUpdate(
    { _id: id, tenantId, deletedAt: { $exists: false } },
    [
      {
        $set: {
          lastSeq: { $add: [{ $ifNull: ['$lastSeq', 0] }, 1] },
          messageCount: { $add: [{ $ifNull: ['$messageCount', 0] }, what === 'message' ? 1 : 0] },
          lastMessageAt: '$$NOW',
          updatedAt: '$$NOW',
          // A question that was answered, a thread that was done: a new message opens it again.
          status: { $cond: [{ $eq: ['$status', 'done'] }, 'open', '$status'] },
        },
      },
    ],
    { returnDocument: 'after' },
  );
}

/**
 * The next place in each of these threads, after what was read; one round trip where nobody else took one meanwhile.
 * By hex id the places that were got. A thread that is missing moved on: its place is to be taken by itself.
 * `takenBy` is this call's own; the caller's next majority write covers these.
 */
export async function takeSeqs(c: Collections, threads: PlaceGiver[], takenBy: ObjectId): Promise<Map<string, number>> {
  const next = new Map(threads.map(({ _id, lastSeq }) => [_id.toHexString(), lastSeq + 1]));
  if (threads.length === 0) return next;
  const matched = await updateEach(
    c.threads,
    threads.map(({ _id, lastSeq, status }) => ({
      filter: { _id, lastSeq, status, deletedAt: { $exists: false } },
      update: {
        $set: { lastSeq: lastSeq + 1, seqTakenBy: takenBy, status: status === 'done' ? 'open' : status },
        $inc: { messageCount: 1 },
        $currentDate: { lastMessageAt: true, updatedAt: true },
      },
    })),
    { writeConcern: { w: 1 } },
  );
  if (matched === threads.length) return next;
  const ids = threads.map(({ _id }) => _id);
  // Written a moment ago, for one server alone.
  const ours = await c.threads
    .find({ _id: { $in: ids }, seqTakenBy: takenBy }, { projection: { _id: 1 }, readConcern: { level: 'local' } })
    .toArray();
  const got = new Set(ours.map(({ _id }) => _id.toHexString()));
  return new Map([...next].filter(([id]) => got.has(id)));
}

/** Of a thread, what a reply in it rests on. */
const PLACE_GIVER = { tenantId: 1, projectId: 1, lastSeq: 1, status: 1 } as const;
export type PlaceGiver = Pick<ThreadDocument, '_id' | keyof typeof PLACE_GIVER>;

export const findPlaceGivers = (c: Collections, ids: ObjectId[]): Promise<PlaceGiver[]> =>
  c.threads
    .find({ _id: { $in: ids }, deletedAt: { $exists: false } })
    .project<PlaceGiver>(PLACE_GIVER)
    .toArray();

/** Of a thread, what a prompt says of it; its messages are read beside it. */
const SUBJECT = { tenantId: 1, subject: 1, lastSeq: 1 } as const;
export type ThreadSubject = Pick<ThreadDocument, '_id' | keyof typeof SUBJECT>;

export const findThreadSubjects = (c: Collections, ids: ObjectId[]): Promise<ThreadSubject[]> =>
  c.threads
    .find({ _id: { $in: ids }, deletedAt: { $exists: false } })
    .project<ThreadSubject>(SUBJECT)
    .toArray();

export function findThread(c: Collections, tenantId: string, id: ObjectId): Promise<ThreadDocument | null> {
  return c.threads.findOne({ _id: id, tenantId, deletedAt: { $exists: false } });
}

/** Remembered past those of the last call, for a process that comes late with the same messages. */
const PLACES_KEPT = 32;

/**
 * Gives raw messages their places in a thread, in this order, all in one write. The thread remembers to whom it gave
 * the last ones: whoever asks again for the same message, beside or after another process, is told the same place, so
 * that no two of them can put a thread in different orders. Null: it is not there, another tenant's, or deleted.
 */
export const givePlaces = (
  c: Collections,
  { _id, tenantId }: Pick<NewThread, '_id' | 'tenantId'>,
  ids: ObjectId[],
): Promise<ThreadDocument | null> =>
  c.threads.findOneAndUpdate({ _id, tenantId, deletedAt: { $exists: false } }, placesFor(ids), {
    returnDocument: 'after',
  });

function placesFor(ids: ObjectId[]): Document[] {
  const next = { $add: ['$$value.seq', 1] };
  const given = {
    $reduce: {
      input: ids,
      initialValue: { seq: { $ifNull: ['$lastSeq', 0] }, places: { $ifNull: ['$places', []] } },
      in: {
        $cond: [
          { $in: ['$$this', '$$value.places.id'] },
          '$$value',
          { seq: next, places: { $concatArrays: ['$$value.places', [{ id: '$$this', seq: next }]] } },
        ],
      },
    },
  };
  const fresh = { $subtract: ['$given.seq', { $ifNull: ['$lastSeq', 0] }] };
  return [
    { $set: { given } },
    {
      $set: {
        messageCount: { $add: [{ $ifNull: ['$messageCount', 0] }, fresh] },
        lastSeq: '$given.seq',
        places: { $slice: ['$given.places', -Math.max(PLACES_KEPT, ids.length)] },
        lastMessageAt: '$$NOW',
        updatedAt: '$$NOW',
        status: { $cond: [{ $eq: ['$status', 'done'] }, 'open', '$status'] },
      },
    },
    { $unset: 'given' },
  ];
}

/** A raw message's own thread, made once however many processes see it. Null: another tenant has one of that id. */
export async function openRawThread(c: Collections, thread: NewThread): Promise<ThreadDocument | null> {
  try {
    return await insertThread(c, thread, true);
  } catch (error) {
    // It may have been written a moment ago, early: no majority has it yet.
    const local = { readConcern: { level: 'local' as const } };
    const there = isDuplicateKey(error) ? await c.threads.findOne({ _id: thread._id }, local) : null;
    if (!there) throw error;
    return there.tenantId === thread.tenantId ? there : null;
  }
}

/** The threads of many raw inserts, each its message's own. One that is there already is left as it is. */
export async function openRawThreads(c: Collections, threads: NewThread[], early = false): Promise<void> {
  const now = (await recentDatabaseClock(c)).now();
  const rows = threads.map((thread): ThreadDocument => {
    return { ...thread, createdAt: now, updatedAt: now, lastMessageAt: now };
  });
  try {
    await c.threads.insertMany(rows, { ordered: false, ...(early ? { writeConcern: { w: 1 } } : {}) });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** What else a driver put there stands before or behind all times, where a page does not go on. */
const HAS_PLACE = { $in: [{ $type: '$lastMessageAt' }, ['date', 'null', 'missing']] };

export const listThreadPage = <R>(
  c: Collections,
  filter: Filter<ThreadDocument>,
  page: PageRequest,
  toRecord: (row: ThreadDocument) => R,
) =>
  listPage(
    c.threads,
    {
      ...filter,
      createdAt: { $type: 'date' },
      deletedAt: { $exists: false },
      $expr: HAS_PLACE,
    } as Filter<ThreadDocument>,
    { field: 'lastMessageAt', direction: -1 },
    page,
    toRecord,
  );

/** Moved more often before its records were seen to, what hangs where it hung first stays there. */
const MOVES_REMEMBERED = 20;
/** All nodes it was moved from and whose records nobody saw to yet: of each move the process may have died. */
const MOVED_FROM = {
  $slice: [
    {
      $concatArrays: [{ $cond: [{ $isArray: '$moved.from' }, '$moved.from', []] }, [{ $ifNull: ['$projectId', null] }]],
    },
    -MOVES_REMEMBERED,
  ],
};

export async function patchThreadRow(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  set: Partial<Pick<ThreadDocument, 'subject' | 'priority' | 'assignedTo' | 'projectId' | 'status'>>,
): Promise<{ before: ThreadDocument; after: ThreadDocument } | null> {
  const literal = Object.fromEntries(
    Object.entries(set)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, { $literal: value }]),
  );
  const before = await c.threads.findOneAndUpdate(
    { _id: id, tenantId, deletedAt: { $exists: false } },
    [
      {
        $set: {
          ...literal,
          ...('projectId' in literal ? { moved: { from: MOVED_FROM, at: '$$NOW' } } : {}),
          updatedAt: '$$NOW',
        },
      },
    ],
    { returnDocument: 'before' },
  );
  const after = before && (await c.threads.findOne({ _id: id }));
  return before && after ? { before, after } : null;
}

/**
 * Messages and tasks of a thread hang on its project node; all of them, or those that hang on one of `from`. No event:
 * nothing about the records themselves changed.
 */
export async function moveThreadRecords(
  c: Collections,
  thread: Pick<ThreadDocument, '_id' | 'tenantId' | 'projectId'>,
  from?: (ObjectId | null)[],
): Promise<void> {
  const only = from ? { projectId: { $in: from } } : {};
  const filter = { tenantId: thread.tenantId, threadId: thread._id, ...only };
  const set = { $set: { projectId: thread.projectId } };
  await Promise.all([c.messages.updateMany(filter, set), c.tasks.updateMany(filter, set)]);
}

/** So long after a move nothing is stored any more by who saw the thread before it. */
const STRAGGLES_MS = 10_000;

export const findMovedThreads = (c: Collections, limit: number): Promise<ThreadDocument[]> =>
  c.threads
    .find({
      'moved.at': { $type: 'date' },
      $expr: { $lte: ['$moved.at', { $subtract: ['$$NOW', STRAGGLES_MS] }] },
    })
    .sort({ 'moved.at': 1 })
    .limit(limit)
    .toArray();

/** All that hangs on it has come along; unless it was moved again since. */
export async function markMoved(c: Collections, { _id, moved }: Pick<ThreadDocument, '_id' | 'moved'>): Promise<void> {
  if (moved) await c.threads.updateOne({ _id, 'moved.at': moved.at }, { $unset: { moved: true } });
}
