import { must } from '../../kernel/assert';
import type { ObjectId, ThreadDocument } from '../../store/documents';
import { forgetMalformed, recordMalformed } from '../../store/malformed';
import { adoptMessages } from '../../store/adoption';
import { findRawMessages, findRawOfThreads } from '../../store/messages';
import { givePlaces, insertThread, openRawThreads, type NewThread } from '../../store/threads';
import { crashPoint } from '../../telemetry/crash-point';
import type { Plane } from '../context';
import type { RawMessage } from '../../store/raw-document';
import { reopenThread } from './lost-thread';
import { planAdoption, type AdoptionPlan } from './plan-adoption';
import type { RawInsert } from './raw-intake';
import { bringAnswers, readRepliedTo, saidAfterAnswer } from './raw-reply';

interface Planned {
  id: ObjectId;
  verdict: Awaited<ReturnType<typeof planAdoption>>;
}

/**
 * Takes up messages that drivers inserted: judges them, opens their threads, fills in what is absent. Safe to call by
 * any number of processes and as often as one likes; the first to fill one in wins and the others change nothing.
 * Threads come before their messages, so that a crash in between leaves a raw message, which the sweep finds. Resolves
 * with how many there were to take up; malformed ones do not count.
 */
export async function adoptRawMessages(plane: Plane, ids: ObjectId[]): Promise<number> {
  if (ids.length === 0) return 0;
  const asked = await planAll(plane, await readRaw(plane, ids));
  const planned = await answerOnce(plane, inPlace(await planEarlier(plane, asked), asked));
  const plans = planned.flatMap(({ verdict }) => (verdict.ok ? [verdict.plan] : []));
  await adoptWithThreads(
    plane,
    plans.filter(plan => plan.own),
  );
  // After the ones that open the threads, and in the order they were stored in: the next place goes to the next.
  const others = plans.filter(plan => !plan.own);
  if (others.length > 0) await adoptInThreads(plane, others);
  await refuseAll(
    plane,
    planned.flatMap(({ id, verdict }) => (verdict.ok ? [] : [{ id, ...verdict }])),
  );
  // Also of those that were not raw any more.
  for (const id of ids) plane.adoption.forget(id.toHexString());
  for (const { id, verdict } of planned) {
    plane.rawIntake.forget(id.toHexString());
    plane.adoption.forget(id.toHexString());
    if (verdict.ok) afterAdoption(plane, id, verdict.plan);
  }
  await bringAnswers(
    plane,
    plans.map(({ adoption }) => adoption),
  );
  return plans.length;
}

/** So many together; the parts of a large backlog go side by side, for each waits for the database most of its time. */
const PART = 125;

/** Each opens its own thread, so none has to wait for another. */
async function adoptWithThreads({ collections: c }: Plane, plans: AdoptionPlan[]): Promise<void> {
  const parts = Array.from({ length: Math.ceil(plans.length / PART) }, (_, at) =>
    plans.slice(at * PART, (at + 1) * PART),
  );
  await Promise.all(
    parts.map(async part => {
      const threads = part.map(({ thread }) => thread);
      // Early: the majority that the messages wait for has the threads too, which stand before them in the oplog.
      await openRawThreads(c, threads, true);
      crashPoint('adopt:after-thread');
      await adoptMessages(
        c,
        part.map(({ adoption }) => adoption),
      );
    }),
  );
}

async function planAll(plane: Plane, rows: RawMessage[]): Promise<Planned[]> {
  const raw = rows.filter(row => !(row.rankAt instanceof Date));
  const repliedTo = await readRepliedTo(plane, raw);
  return Promise.all(raw.map(async row => ({ id: row._id, verdict: await planAdoption(plane, row, repliedTo) })));
}

/** More of one thread than this at once only a sweep finds; it takes them by age as well. */
const EARLIER_MOST = 200;

/**
 * What stands in the same threads and should have been taken up before: its own turn failed with a primary that died,
 * and the sweep comes for it later. Without this, the message after it would take its place in the thread.
 */
async function planEarlier(plane: Plane, asked: Planned[]): Promise<Planned[]> {
  const inThreads = asked.flatMap(({ verdict }) => (verdict.ok && !verdict.plan.own ? [verdict.plan] : []));
  if (inThreads.length === 0) return [];
  const threads = inThreads.map(({ thread }) => thread._id);
  const known = new Set(asked.map(({ id }) => id.toHexString()));
  const found = (await findRawOfThreads(plane.collections, threads, EARLIER_MOST)) as RawMessage[];
  const others = found.filter(({ _id }) => !known.has(_id.toHexString()));
  // A malformed one has been listed, and is looked at again by the sweep alone.
  return (await planAll(plane, others)).filter(({ verdict }) => verdict.ok);
}

/**
 * Each of the others just before the first of its own thread that was asked for and is younger; the youngest wait for
 * their own turn. Put before all that was asked for, one whose event had just come passed an older one of its thread
 * that the sweep had asked for.
 */
function inPlace(others: Planned[], asked: Planned[]): Planned[] {
  const waiting = new Map<string, Planned[]>();
  for (const other of others) {
    const thread = threadIdOf(other);
    waiting.set(thread, [...(waiting.get(thread) ?? []), other]);
  }
  return asked.flatMap(one => {
    const inThread = waiting.get(threadIdOf(one)) ?? [];
    const older = inThread.filter(({ id }) => id.toHexString() < one.id.toHexString());
    if (older.length > 0) waiting.set(threadIdOf(one), inThread.slice(older.length));
    return [...older, one];
  });
}

/** One after the other, the second would have found its question answered. */
async function answerOnce(plane: Plane, planned: Planned[]): Promise<Planned[]> {
  const after = saidAfterAnswer(planned.flatMap(({ verdict }) => (verdict.ok ? [verdict.plan.adoption] : [])));
  if (after.size === 0) return planned;
  return Promise.all(
    planned.map(async one => {
      if (!one.verdict.ok || !after.has(one.id.toHexString())) return one;
      return { ...one, verdict: await planAdoption(plane, one.verdict.plan.adoption.document) };
    }),
  );
}

const threadIdOf = ({ verdict }: Planned): string => (verdict.ok ? verdict.plan.thread._id.toHexString() : '');

/** In the order asked for; those that came a moment ago are at hand. */
async function readRaw(plane: Plane, ids: ObjectId[]): Promise<RawMessage[]> {
  const read = await Promise.all(ids.map(id => plane.rawIntake.get(id.toHexString())));
  const unread = ids.filter((_id, at) => read[at] === null);
  const found = unread.length > 0 ? ((await findRawMessages(plane.collections, unread)) as RawMessage[]) : [];
  const byId = new Map(found.map(row => [row._id.toHexString(), row]));
  return ids.flatMap((id, at) => read[at] ?? byId.get(id.toHexString()) ?? []);
}

/** What a claim of a raw message wants done before it: it is read, and the thread it opens will stand. */
export async function takeInRawMessages(plane: Plane, inserts: RawInsert[]): Promise<RawMessage[]> {
  const brought = inserts.flatMap(({ document }) => document ?? []);
  const unread = inserts.flatMap(({ id, document }) => (document ? [] : [id]));
  const read = unread.length > 0 ? ((await findRawMessages(plane.collections, unread)) as RawMessage[]) : [];
  const rows = [...brought, ...read].filter(row => !(row.rankAt instanceof Date));
  const verdicts = await Promise.all(rows.map(row => planAdoption(plane, row)));
  // Of those that open no thread of their own, and of malformed ones, there is nothing to open.
  return rows.filter((_row, at) => {
    const verdict = verdicts[at]!;
    return !verdict.ok || !verdict.plan.own || plane.threadOpener.note(verdict.plan.thread);
  });
}

/**
 * Two writes for all of them, the places and then the messages: one after the other, each would wait for a majority
 * twice, and beside a frozen member that is half a second a time, slower than work comes in.
 */
async function adoptInThreads(plane: Plane, plans: AdoptionPlan[]): Promise<void> {
  const threads = new Map<string, AdoptionPlan[]>();
  for (const plan of plans) {
    const key = `${plan.thread.tenantId}/${plan.thread._id.toHexString()}`;
    threads.set(key, [...(threads.get(key) ?? []), plan]);
  }
  const placed = await Promise.all([...threads.values()].map(inThread => placeInThread(plane, inThread)));
  await adoptMessages(plane.collections, placed.flat());
}

async function placeInThread(plane: Plane, plans: AdoptionPlan[]): Promise<AdoptionPlan['adoption'][]> {
  const { thread } = plans[0]!;
  const c = plane.collections;
  const ids = plans.map(({ adoption }) => adoption.document._id);
  const opened = (await givePlaces(c, thread, ids)) ?? (await givePlacesInMade(plane, thread, ids));
  if (!opened) {
    const reason = `threadId: '${String(thread._id)}' is not a thread of tenant '${thread.tenantId}'`;
    const { tenantId } = thread;
    await refuseAll(
      plane,
      plans.map(({ adoption: { document } }) => ({ id: document._id, tenantId, reason })),
    );
    return [];
  }
  crashPoint('adopt:after-place');
  const places = new Map(opened.places?.map(({ id, seq }) => [id.toHexString(), seq]));
  return plans.map(({ adoption }) => {
    const seq = must(places.get(adoption.document._id.toHexString()), 'a place that was just given');
    return { ...adoption, defaults: { ...adoption.defaults, seq, projectId: opened.projectId } };
  });
}

/** Named by raw messages and not there: it may still be coming, after the message that opened it; else it is made. */
async function givePlacesInMade(plane: Plane, thread: NewThread, ids: ObjectId[]): Promise<ThreadDocument | null> {
  const { collections: c } = plane;
  const isBack = await reopenThread(plane, thread.tenantId, thread._id);
  if (!isBack) await insertThread(c, { ...thread, lastSeq: 0, messageCount: 0 });
  return givePlaces(c, thread, ids);
}

/** What each was listed with: a sweep that comes by again has nothing new to say. */
const malformed = new WeakMap<Plane, Map<string, string>>();
/** Beyond this many a mended one may stay listed until it is looked at again. */
const MALFORMED_REMEMBERED = 20_000;

interface Refused {
  id: ObjectId;
  tenantId: string;
  reason: string;
}

async function refuseAll(plane: Plane, refused: Refused[]): Promise<void> {
  const known = malformed.get(plane) ?? new Map<string, string>();
  malformed.set(plane, known);
  const fresh = refused.filter(({ id, reason }) => known.get(id.toHexString()) !== reason);
  await Promise.all(
    fresh.map(async ({ id, tenantId, reason }) => {
      const documentId = id.toHexString();
      await recordMalformed(plane.collections, { tenantId, collection: 'messages', documentId, reason });
      if (known.size < MALFORMED_REMEMBERED) known.set(documentId, reason);
    }),
  );
}

export function afterAdoption(plane: Plane, id: ObjectId, { adoption }: AdoptionPlan): void {
  if (adoption.defaults.status === 'queued') plane.doorbell.ring(adoption.defaults.tenantId);
  const documentId = id.toHexString();
  // Only what this process saw malformed can have been mended since.
  if (malformed.get(plane)?.delete(documentId)) {
    forgetMalformed(plane.collections, 'messages', documentId).catch(error =>
      plane.log.debug({ err: error }, 'still listed as malformed'),
    );
  }
}
