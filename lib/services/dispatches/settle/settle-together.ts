import { YIELDS_MS } from '../../../domain/dispatch/ranking';
import type { DatabaseClock } from '../../../store/database-clock';
import { markAllSettled } from '../../../store/dispatch-completions';
import type { DispatchDocument, ObjectId } from '../../../store/documents';
import { hex, newId } from '../../../store/ids';
import { primaryChanges } from '../../../store/primary-changes';
import {
  findRepliedTo,
  findTaken,
  finishMessages,
  insertReplies,
  type RepliedTo,
  type Reply,
} from '../../../store/replies';
import { findPlaceGivers, takeSeqs, type PlaceGiver } from '../../../store/threads';
import { crashPoint } from '../../../telemetry/crash-point';
import { countTurn } from '../../budgets/count-usage';
import type { Plane } from '../../context';
import { messageRow } from '../../messages/append-message';
import { settleDispatch } from './settle';
import { makesReply, replyTo } from './settle-done';
import { settlingOf, shareSettling } from './settlings';

interface Answered {
  dispatch: DispatchDocument;
  source: RepliedTo;
  /** Where its reply goes; null: it makes none, or has made it. */
  thread: PlaceGiver | null;
}

/**
 * As `settleDispatch`, for many: what they have in common, a message whose reply waits in an inbox, is written
 * together, each step once for all. Whatever wakes or frees somebody (a question, a reply that is work, a task, a
 * stop) goes one by one, after them.
 */
export async function settleTogether(
  plane: Plane,
  dispatches: DispatchDocument[],
  clock: DatabaseClock,
  reading?: Promise<Surroundings>,
): Promise<void> {
  if (dispatches.length < 2) return settleAlone(plane, dispatches);
  const [around, made] = await Promise.all([
    reading ?? readSurroundings(plane, dispatches),
    reading ? NONE_MADE : findMade(plane, dispatches),
  ]);
  const { together, alone } = sort(dispatches, around, made);
  await Promise.all(together.map(({ dispatch }) => countTurn(plane, dispatch)));
  // What somebody else is at is waited for.
  const ours = together.filter(({ dispatch }) => settlingOf(plane, dispatch) === undefined);
  const busy = together.filter(one => !ours.includes(one));
  const settling = settleAnswered(plane, ours, clock);
  const left = await shareSettling(
    plane,
    ours.map(({ dispatch }) => dispatch),
    settling,
  );
  await settleAlone(plane, [...left, ...alone, ...busy.map(({ dispatch }) => dispatch)]);
}

async function settleAlone(plane: Plane, dispatches: DispatchDocument[]): Promise<void> {
  await Promise.all(dispatches.map(dispatch => settleDispatch(plane, dispatch)));
}

interface Surroundings {
  sources: RepliedTo[];
  threads: PlaceGiver[];
}

/** Read ahead of their outcomes: only what settles an outcome makes its reply. */
const NONE_MADE: ReadonlySet<string> = new Set();

/** Replies that stand, by hex id: settling them was cut off. */
const findMade = ({ collections }: Plane, dispatches: DispatchDocument[]): Promise<ReadonlySet<string>> =>
  findTaken(
    collections,
    dispatches.map(({ replyId }) => replyId),
  );

/**
 * What settling these would rest on. May be read before their outcomes are written: a thread that gives out a place
 * meanwhile is noticed, and the rest of what is used does not change.
 */
export async function readSurroundings(
  { collections: c, threadOpener }: Plane,
  dispatches: Pick<DispatchDocument, 'source' | 'threadId'>[],
): Promise<Surroundings> {
  const answering = dispatches.filter(({ source }) => source.kind === 'message');
  const threadIds = answering.flatMap(({ threadId }) => threadId ?? []);
  await threadOpener.opened(threadIds);
  const [sources, threads] = await Promise.all([
    findRepliedTo(
      c,
      answering.map(({ source }) => source.id),
    ),
    findPlaceGivers(c, threadIds),
  ]);
  return { sources, threads };
}

function sort(
  dispatches: DispatchDocument[],
  { sources, threads }: Surroundings,
  made: ReadonlySet<string>,
): { together: Answered[]; alone: DispatchDocument[] } {
  const plain = dispatches.filter(({ status, source }) => status === 'done' && source.kind === 'message');
  const sourceById = new Map(sources.map(row => [hex(row._id), row]));
  const threadById = new Map(threads.map(row => [hex(row._id), row]));
  const together: Answered[] = [];
  const alone = dispatches.filter(({ status, source }) => status !== 'done' || source.kind !== 'message');
  for (const dispatch of plain) {
    const source = sourceById.get(hex(dispatch.source.id));
    const isReplying = source !== undefined && makesReply(dispatch, source);
    const needsPlace = isReplying && !made.has(hex(dispatch.replyId));
    const thread = needsPlace ? (threadById.get(hex(source.threadId)) ?? null) : null;
    const isOwn = source?.tenantId === dispatch.tenantId;
    if (!isOwn || (isReplying && wakes(dispatch, source)) || (needsPlace && !givesPlaces(thread, dispatch))) {
      alone.push(dispatch);
      continue;
    }
    together.push({ dispatch, source, thread });
    // A second reply in the same thread waits for the first.
    if (thread) threadById.delete(hex(thread._id));
  }
  return { together, alone };
}

/** An asker, or the sender that wanted the reply as work. Also where the reply stands already: a crash came between. */
const wakes = (dispatch: DispatchDocument, source: RepliedTo): boolean =>
  source.kind === 'question' || replyTo(source, dispatch).assignedTo !== null;

const givesPlaces = (thread: PlaceGiver | null, { tenantId }: DispatchDocument): boolean =>
  thread?.tenantId === tenantId && Number.isInteger(thread.lastSeq);

/** An election takes seconds, and a second one hardly ever follows. */
const MOST_TRIES = 3;

/**
 * Answers those whose thread moved on meanwhile: they are left as they were. Places and replies wait for no majority,
 * the end of the messages after them does, on the same primary. Where there was another in between they may be gone with
 * the old one, with the messages done and nobody to miss the replies: then all of it is written again.
 */
async function settleAnswered(plane: Plane, answered: Answered[], clock: DatabaseClock): Promise<DispatchDocument[]> {
  if (answered.length === 0) return [];
  const c = plane.collections;
  const as = { takenBy: newId(), now: clock.now() };
  let ready: Answered[] = [];
  for (let tries = 1; ; tries += 1) {
    const changesBefore = primaryChanges(c);
    ready = await writeAnswers(plane, answered, as);
    if (primaryChanges(c) === changesBefore) break;
    if (tries === MOST_TRIES) return answered.map(({ dispatch }) => dispatch);
  }
  crashPoint('settle:before-mark');
  await markAllSettled(
    c,
    ready.map(({ dispatch }) => dispatch._id),
  );
  for (const tenantId of new Set(ready.map(({ dispatch }) => dispatch.tenantId))) plane.doorbell.ring(tenantId);
  return answered.filter(one => !ready.includes(one)).map(({ dispatch }) => dispatch);
}

/** Answers those it wrote: whose thread gave them a place, or who need none. The same again adds nothing. */
async function writeAnswers(
  { collections: c }: Plane,
  answered: Answered[],
  { takenBy, now }: { takenBy: ObjectId; now: Date },
): Promise<Answered[]> {
  const seqs = await takeSeqs(
    c,
    answered.flatMap(({ thread }) => thread ?? []),
    takenBy,
  );
  crashPoint('complete:after-place');
  const ready = answered.filter(({ thread }) => thread === null || seqs.has(hex(thread._id)));
  await insertReplies(
    c,
    ready.flatMap(({ dispatch, source, thread }) =>
      thread ? [replyIn(dispatch, source, { ...thread, lastSeq: seqs.get(hex(thread._id))! })] : [],
    ),
    now,
  );
  crashPoint('complete:after-reply');
  await finishMessages(
    c,
    ready.map(({ dispatch }) => dispatch),
  );
  return ready;
}

function replyIn(dispatch: DispatchDocument, source: RepliedTo, thread: PlaceGiver): Reply {
  const message = messageRow({ ...replyTo(source, dispatch), id: dispatch.replyId }, thread, NOBODYS);
  return { message, yieldsMs: YIELDS_MS[source.priority] };
}

const NOBODYS = { status: 'none', reason: null } as const;
