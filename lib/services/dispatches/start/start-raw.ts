import { isControlPlaneError } from '../../../domain/errors';
import { adoptAsClaimed } from '../../../store/adoption';
import { recentDatabaseClock } from '../../../store/database-clock';
import { insertDispatchAt, insertDispatchesAt, withdrawDispatches } from '../../../store/dispatch-claims';
import type { DispatchDocument, MessageDocument } from '../../../store/documents';
import { duplicateFields } from '../../../store/errors';
import { hex } from '../../../store/ids';
import { updateHeldWork, WORK_WORDS } from '../../../store/work-items';
import { crashPoint } from '../../../telemetry/crash-point';
import type { Plane } from '../../context';
import { toDomainError } from '../../to-domain-error';
import { workClaimOf, type NewDispatch } from './new-dispatch';
import { prepareRaw, type RawAttempt, type RawClaim } from './raw-attempt';
import { SLOT_TRIES } from '../due/slot-pool';
import type { StartOutcome } from '../due/started';

type Taken = { messages: Map<string, MessageDocument> } | { error: unknown };
/** `taken`: which of the dispatch's unique fields another one holds; null: not told. `error`: it may stand or not. */
type Inserted = { dispatch: DispatchDocument } | { taken: string[] | null } | { error: unknown };

/**
 * Claims of raw messages whose threads others see to: the same two fenced writes as every start, but side by side, for
 * each has a lane of its own and nearly always wins both; and each once for all that come together. Both gates still
 * have to open. Who wins only one gives it back, and says nothing of it to anybody; what a crash leaves of one alone
 * ends with the lease or is found claimed by nobody. Answers one by one: those that won wait for nobody who lost.
 */
export async function startRaw(plane: Plane, starts: RawClaim[]): Promise<Promise<StartOutcome>[]> {
  const attempts = await prepareRaw(starts);
  const tried = attempts.filter(attempt => attempt !== null);
  // The messages first: that write is what the claim waits for, and the other must not stand before it.
  const [taken, inserts] = await Promise.all([takeUp(plane, tried), insertAll(plane, tried)]);
  if ('error' in taken) await undo(plane, tried, taken.error);
  crashPoint('claim:after-work');
  return attempts.map(async (attempt): Promise<StartOutcome> => {
    if (!attempt) return { reason: 'at-capacity' };
    if ('error' in taken) return alone(plane, attempt.start, tried.length, taken.error);
    const inserted = inserts[tried.indexOf(attempt)]!;
    const message = taken.messages.get(hex(attempt.row._id));
    return message ? conclude(plane, attempt, message, inserted) : abandon(plane, attempt, inserted);
  });
}

/** By the dispatch that holds them. Never rejects: dispatches may stand by then, and are to be withdrawn. */
async function takeUp(plane: Plane, attempts: RawAttempt[]): Promise<Taken> {
  if (attempts.length === 0) return { messages: new Map() };
  const claims = attempts.map(({ row, start: { candidate } }) => {
    return { adoption: candidate.raw.adoption, claim: workClaimOf(candidate.due, row) };
  });
  try {
    const messages = await adoptAsClaimed(plane.collections, claims);
    return { messages: new Map(messages.map(message => [hex(message.dispatchId!), message])) };
  } catch (error) {
    return { error };
  } finally {
    // Taken up now, by this claim or before it; or a driver changed it, and it is to be read again.
    for (const { adoption } of claims) plane.rawIntake.forget(hex(adoption.document._id));
  }
}

/**
 * Of a write that failed and that may have taken up some of them, nothing is left. Where the database is away nothing
 * can be undone either: then that is the answer, and the lease ends what stands.
 */
async function undo(plane: Plane, attempts: RawAttempt[], error: unknown): Promise<void> {
  if (isControlPlaneError(toDomainError(error), 'unavailable')) throw error;
  await withdrawDispatches(
    plane.collections,
    attempts.map(({ row }) => row._id),
  );
  await Promise.all(attempts.map(({ row }) => giveBack(plane, row)));
}

/** One document that no write can carry is not the failure of those that came with it. */
async function alone(plane: Plane, start: RawClaim, together: number, error: unknown): Promise<StartOutcome> {
  if (together === 1) throw error;
  const [outcome] = await startRaw(plane, [start]);
  return outcome!;
}

/** By place. Never rejects: the messages may be taken, and are then to be given back. */
async function insertAll(plane: Plane, attempts: RawAttempt[]): Promise<Inserted[]> {
  const [only] = attempts;
  if (!only || attempts.length === 1) return only ? [await tryInsert(plane, only.row)] : [];
  const rows = attempts.map(({ row }) => row);
  try {
    const clock = await recentDatabaseClock(plane.collections);
    const { documents, lost } = await insertDispatchesAt(plane.collections, rows, clock.now());
    return documents.map((dispatch, at) => (lost.has(at) ? { taken: null } : { dispatch }));
  } catch (error) {
    return rows.map(() => ({ error }));
  }
}

async function tryInsert({ collections }: Plane, row: NewDispatch['row']): Promise<Inserted> {
  try {
    const clock = await recentDatabaseClock(collections);
    return { dispatch: await insertDispatchAt(collections, row, clock.now()) };
  } catch (error) {
    const taken = duplicateFields(error);
    return taken.length === 0 ? { error } : { taken };
  }
}

/** The message is held. */
async function conclude(
  plane: Plane,
  attempt: RawAttempt,
  message: MessageDocument,
  first: Inserted,
): Promise<StartOutcome> {
  const { row, key, start } = attempt;
  const { type, raw } = start.candidate;
  const inserted = 'taken' in first ? await insertElsewhere(plane, attempt, first.taken) : first;
  if ('dispatch' in inserted) {
    return { dispatch: inserted.dispatch, type, item: message, message, subject: raw.thread.subject, key };
  }
  if ('error' in inserted) await withdrawDispatches(plane.collections, [row._id]);
  await giveBack(plane, row);
  if ('error' in inserted) throw inserted.error;
  return { reason: inserted.taken?.includes('slot') ? 'at-capacity' : 'taken' };
}

/** Somebody else has the message. */
async function abandon(plane: Plane, { row }: RawAttempt, inserted: Inserted): Promise<StartOutcome> {
  if (!('taken' in inserted)) await withdrawDispatches(plane.collections, [row._id]);
  return { reason: 'taken' };
}

/** Only another slot is needed, where it was the slot that was lost. */
async function insertElsewhere(
  plane: Plane,
  { row, start: { candidate, slots } }: RawAttempt,
  taken: string[] | null,
): Promise<Inserted> {
  let lost = taken ? { taken } : await tryInsert(plane, row);
  for (let attempt = 1; attempt < SLOT_TRIES && 'taken' in lost && lost.taken?.includes('slot'); attempt += 1) {
    slots.lost(candidate.type);
    const slot = await slots.take(candidate.type);
    if (slot === null) break;
    lost = await tryInsert(plane, { ...row, slot });
  }
  return lost;
}

/** Due as before; its epoch is spent, for whoever may have seen it. */
async function giveBack({ collections }: Plane, { _id, source, epoch }: NewDispatch['row']): Promise<void> {
  const set = { status: WORK_WORDS.message.due, attempts: 0, dispatchId: null, availableAt: '$$NOW' };
  await updateHeldWork(collections, { kind: 'message', id: source.id, dispatchId: _id, epoch, set });
}
