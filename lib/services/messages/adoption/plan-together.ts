import type { ObjectId } from '../../../store/documents';
import { findRawOfThreads } from '../../../store/messages';
import type { RawMessage } from '../../../store/raw-document';
import type { Plane } from '../../context';
import { planAdoption } from './plan-adoption';
import { readRepliedTo, saidAfterAnswer } from './raw-reply';

/** A raw message, judged. */
export interface Planned {
  id: ObjectId;
  verdict: Awaited<ReturnType<typeof planAdoption>>;
}

/** What was asked for, and what should have been taken up before it, in the order in which they get their places. */
export async function planTogether(plane: Plane, rows: RawMessage[]): Promise<Planned[]> {
  const asked = await planAll(plane, rows);
  return answerOnce(plane, inPlace(await planEarlier(plane, asked), asked));
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
