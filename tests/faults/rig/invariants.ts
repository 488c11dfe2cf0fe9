import type { Collection, Db, Document } from 'mongodb';
import { ObjectId } from 'mongodb';
import { comparePositions } from '@/lib/wire/position';
import type { Ledger } from './ledger';
import type { Reader } from './reader';

/** What was found to be broken, in words; empty when all held. */
export type Violations = string[];

const SHOWN = 5;
const list = (ids: readonly string[]): string =>
  `${ids.slice(0, SHOWN).join(' ')}${ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : ''}`;

/** At most one outcome of a work item was ever answered with yes; and none was refused but for being stale. */
export function outcomesOnce(ledger: Ledger): Violations {
  const accepted = new Map<string, Set<string>>();
  for (const { work, dispatch, epoch } of ledger.of('accepted')) {
    accepted.set(work, (accepted.get(work) ?? new Set()).add(`${dispatch}/${epoch}`));
  }
  const twice = [...accepted].filter(([, outcomes]) => outcomes.size > 1).map(([work]) => work);
  const odd = ledger.of('refused').filter(({ code }) => code !== 'stale-epoch');
  return [
    ...(twice.length > 0 ? [`${twice.length} work items with two accepted outcomes: ${list(twice)}`] : []),
    ...(odd.length > 0
      ? [`${odd.length} outcomes refused, not for being stale: ${list(odd.map(({ code }) => code))}`]
      : []),
  ];
}

interface Ended {
  _id: ObjectId;
  status?: string;
  seq?: number;
}

const byIds = <Row extends Document>(collection: Collection, field: string, ids: string[], projection: Document) =>
  collection.find<Row>({ [field]: { $in: ids.map(id => new ObjectId(id)) } }, { projection }).toArray();

/** Acknowledged messages that are not done; the wait for the end of a scenario ends when there are none. */
export async function unfinished(db: Db, ledger: Ledger): Promise<string[]> {
  const ids = ledger.of('acked').map(({ id }) => id);
  const rows = await byIds<Ended>(db.collection('messages'), '_id', ids, { status: 1 });
  const done = new Set(rows.filter(({ status }) => status === 'done').map(({ _id }) => _id.toHexString()));
  return ids.filter(id => !done.has(id));
}

/** Every acknowledged message is done, by one dispatch, with one reply. */
export async function workDoneOnce(db: Db, ledger: Ledger): Promise<Violations> {
  const ids = ledger.of('acked').map(({ id }) => id);
  const left = await unfinished(db, ledger);
  const replies = await byIds<{ inReplyTo: ObjectId }>(db.collection('messages'), 'inReplyTo', ids, { inReplyTo: 1 });
  const ends = await db
    .collection('dispatches')
    .find<{ source: { id: ObjectId } }>(
      { 'source.id': { $in: ids.map(id => new ObjectId(id)) }, status: 'done' },
      { projection: { 'source.id': 1 } },
    )
    .toArray();
  return [
    ...(left.length > 0 ? [`${left.length} of ${ids.length} acknowledged messages are not done: ${list(left)}`] : []),
    ...notOnce(
      'replies',
      ids,
      replies.map(({ inReplyTo }) => inReplyTo.toHexString()),
    ),
    ...notOnce(
      'done dispatches',
      ids,
      ends.map(({ source }) => source.id.toHexString()),
    ),
  ];
}

function notOnce(what: string, ids: readonly string[], found: readonly string[]): Violations {
  const counts = new Map<string, number>();
  for (const id of found) counts.set(id, (counts.get(id) ?? 0) + 1);
  const odd = ids.filter(id => (counts.get(id) ?? 0) !== 1);
  return odd.length > 0 ? [`${odd.length} messages without exactly one of ${what}: ${list(odd)}`] : [];
}

/**
 * Within a thread an item is handed out only after the one before had its outcome. Judged by what a client can know:
 * a claim that was answered before the first call that completed the item before it left, came too early.
 */
export async function orderInThreads(db: Db, ledger: Ledger): Promise<Violations> {
  const acked = ledger.of('acked');
  const rows = await byIds<Ended>(
    db.collection('messages'),
    '_id',
    acked.map(({ id }) => id),
    { seq: 1 },
  );
  const seqOf = new Map(rows.map(({ _id, seq }) => [_id.toHexString(), seq ?? Number.NaN]));
  const completedAt = new Map(ledger.of('accepted').map(({ work, sentAtMs }) => [work, sentAtMs]));
  const claimedAt = new Map<string, number>();
  for (const { work, atMs } of ledger.of('claimed')) if (!claimedAt.has(work)) claimedAt.set(work, atMs);
  const early: string[] = [];
  const swapped: string[] = [];
  const threads = new Map<string, typeof acked>();
  for (const entry of acked) threads.set(entry.thread, [...(threads.get(entry.thread) ?? []), entry]);
  for (const items of threads.values()) {
    const bySeq = items.toSorted((a, b) => (seqOf.get(a.id) ?? 0) - (seqOf.get(b.id) ?? 0));
    for (const [at, item] of bySeq.entries()) {
      const before = bySeq[at - 1];
      if (before === undefined) continue;
      if (before.number > item.number) {
        const [place, placeBefore] = [seqOf.get(item.id), seqOf.get(before.id)];
        swapped.push(`${item.id} (number ${item.number} at ${place}, after ${before.number} at ${placeBefore})`);
      }
      const completed = completedAt.get(before.id);
      const claimed = claimedAt.get(item.id);
      if (completed !== undefined && claimed !== undefined && claimed < completed) early.push(item.id);
    }
  }
  return [
    ...(early.length > 0 ? [`${early.length} items handed out before the one before them ended: ${list(early)}`] : []),
    ...(swapped.length > 0
      ? [`${swapped.length} items have a place before one acknowledged earlier: ${list(swapped)}`]
      : []),
  ];
}

/** What a reader owes: each acknowledged insert, unless it was told of a reset after that insert left. */
export function missedBy(reader: Reader, ledger: Ledger): string[] {
  const lastResetMs = reader.resets.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
  const seen = new Set(reader.seen.filter(({ type }) => type === 'message-created').map(({ id }) => id));
  return ledger.of('acked').flatMap(({ id, sentAtMs }) => (seen.has(id) || sentAtMs <= lastResetMs ? [] : [id]));
}

/** Nothing missed, nothing twice, positions in order; after a reset all three begin anew. */
export function readerHeld(reader: Reader, ledger: Ledger): Violations {
  const missed = missedBy(reader, ledger);
  const twice: string[] = [];
  let backwards = 0;
  let known = new Set<string>();
  let position: string | null = null;
  let resets = [...reader.resets];
  for (const event of reader.seen) {
    if (resets.length > 0 && resets[0]!.atMs <= event.atMs) {
      resets = resets.filter(({ atMs }) => atMs > event.atMs);
      known = new Set();
      position = null;
    }
    if (event.type === 'message-created') {
      if (known.has(event.id)) twice.push(event.id);
      known.add(event.id);
    }
    if (position !== null && comparePositions(position, event.position) !== -1) backwards += 1;
    position = event.position;
  }
  return [
    ...(missed.length > 0 ? [`${reader.name} missed ${missed.length} acknowledged inserts: ${list(missed)}`] : []),
    ...(twice.length > 0 ? [`${reader.name} was told ${twice.length} messages twice: ${list(twice)}`] : []),
    ...(backwards > 0 ? [`${reader.name} saw ${backwards} positions that do not follow on`] : []),
  ];
}
