import { setImmediate } from 'node:timers/promises';
import { isControlPlaneError } from '../../../domain/errors';
import { adoptAsClaimed } from '../../../store/adoption';
import { recentDatabaseClock } from '../../../store/database-clock';
import { insertDispatchAt, insertDispatchesBeside, withdrawDispatches } from '../../../store/dispatch-claims';
import type { DispatchDocument, MessageDocument } from '../../../store/documents';
import { duplicateFields } from '../../../store/errors';
import { hex } from '../../../store/ids';
import { primaryChanges } from '../../../store/primary-changes';
import { updateHeldWork, WORK_WORDS } from '../../../store/work-items';
import { WritePair } from '../../../store/write-pair';
import { crashPoint } from '../../../telemetry/crash-point';
import type { Plane } from '../../context';
import { toDomainError } from '../../to-domain-error';
import { giveBackLost } from './lost-first';
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
  const changesBefore = primaryChanges(plane.collections);
  const { taken, inserts } = await writeBoth(plane, tried);
  if ('error' in taken) await undo(plane, tried, taken.error);
  crashPoint('claim:after-work');
  const held = 'error' in taken ? [] : tried.filter((attempt, at) => isWon(attempt, taken, inserts[at]!));
  const gone = await giveBackLost(
    plane,
    changesBefore,
    held.map(({ row }) => row),
  );
  return attempts.map(async (attempt): Promise<StartOutcome> => {
    if (!attempt) return { reason: 'at-capacity' };
    if ('error' in taken) return alone(plane, attempt.start, tried.length, taken.error);
    if (gone.has(hex(attempt.row._id))) return { reason: 'taken' };
    const inserted = inserts[tried.indexOf(attempt)]!;
    const message = taken.messages.get(hex(attempt.row._id));
    return message ? conclude(plane, attempt, message, inserted) : abandon(plane, attempt, inserted);
  });
}

/**
 * The dispatches are on their way before the messages' write, which covers what stands before it, is begun: in one turn
 * of the loop, one in six came to stand behind it and was waited for once more, so one in fourteen. Never rejects.
 */
async function writeBoth(plane: Plane, attempts: RawAttempt[]): Promise<{ taken: Taken; inserts: Inserted[] }> {
  if (attempts.length === 0) return { taken: { messages: new Map() }, inserts: [] };
  const pair = new WritePair(plane.collections);
  const inserting = insertAll(plane, attempts, pair);
  await setImmediate();
  const [inserts, taken] = await Promise.all([inserting, takeUp(plane, attempts, pair)]);
  try {
    if (attempts.some((attempt, at) => isWon(attempt, taken, inserts[at]!))) await pair.cover();
    return { taken, inserts };
  } catch (error) {
    return { taken: { error }, inserts };
  } finally {
    await pair.end();
  }
}

const isWon = ({ row }: RawAttempt, taken: Taken, inserted: Inserted): boolean =>
  'dispatch' in inserted && 'messages' in taken && taken.messages.has(hex(row._id));

/** By the dispatch that holds them. Never rejects: dispatches may stand by then, and are to be withdrawn. */
async function takeUp(plane: Plane, attempts: RawAttempt[], { second }: WritePair): Promise<Taken> {
  const claims = attempts.map(({ row, start: { candidate } }) => {
    return { adoption: candidate.raw.adoption, claim: workClaimOf(candidate.due, row) };
  });
  try {
    const messages = await adoptAsClaimed(plane.collections, claims, second);
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
async function insertAll(plane: Plane, attempts: RawAttempt[], pair: WritePair): Promise<Inserted[]> {
  const [only] = attempts;
  if (only && attempts.length === 1) return [await tryInsert(plane, only.row, pair.first)];
  const rows = attempts.map(({ row }) => row);
  try {
    const clock = await recentDatabaseClock(plane.collections);
    const { documents, lost } = await insertDispatchesBeside(plane.collections, rows, clock.now(), pair);
    return documents.map((dispatch, at) => (lost.has(at) ? { taken: null } : { dispatch }));
  } catch (error) {
    return rows.map(() => ({ error }));
  }
}

async function tryInsert(
  { collections }: Plane,
  row: NewDispatch['row'],
  beside?: WritePair['first'],
): Promise<Inserted> {
  try {
    const clock = await recentDatabaseClock(collections);
    return { dispatch: await insertDispatchAt(collections, row, clock.now(), beside) };
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
