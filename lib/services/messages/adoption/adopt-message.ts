import type { ObjectId } from '../../../store/documents';
import { adoptMessages } from '../../../store/adoption';
import { findRawMessages } from '../../../store/messages';
import { openRawThreads } from '../../../store/threads';
import { crashPoint } from '../../../telemetry/crash-point';
import type { Plane } from '../../context';
import type { RawMessage } from '../../../store/raw-document';
import { adoptInThreads } from './adopt-in-threads';
import { planAdoption, type AdoptionPlan } from './plan-adoption';
import { planTogether } from './plan-together';
import type { RawInsert } from './raw-intake';
import { bringAnswers } from './raw-reply';
import { noLongerMalformed, refuseAll } from './refuse-malformed';

/**
 * Takes up messages that drivers inserted: judges them, opens their threads, fills in what is absent. Safe to call by
 * any number of processes and as often as one likes; the first to fill one in wins and the others change nothing.
 * Threads come before their messages, so that a crash in between leaves a raw message, which the sweep finds. Resolves
 * with how many there were to take up; malformed ones do not count.
 */
export async function adoptRawMessages(plane: Plane, ids: ObjectId[]): Promise<number> {
  if (ids.length === 0) return 0;
  const planned = await planTogether(plane, await readRaw(plane, ids));
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
  // Also those that were not raw any more, and those of their threads that came with them.
  for (const id of [...ids, ...planned.map(one => one.id)]) plane.adoption.forget(id.toHexString());
  for (const { id, verdict } of planned) {
    plane.rawIntake.forget(id.toHexString());
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

function afterAdoption(plane: Plane, id: ObjectId, { adoption }: AdoptionPlan): void {
  if (adoption.defaults.status === 'queued') plane.doorbell.ring(adoption.defaults.tenantId);
  noLongerMalformed(plane, id);
}
