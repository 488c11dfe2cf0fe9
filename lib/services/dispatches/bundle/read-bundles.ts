import { findAskedOfPlanner } from '../../../store/dispatch-questions';
import type { DispatchDocument, MessageDocument, ObjectId } from '../../../store/documents';
import { hex, hexOrNull } from '../../../store/ids';
import { findMessage, findMessagesById } from '../../../store/messages';
import { findUnreadNews } from '../../../store/news';
import { findTask, findTasksById } from '../../../store/tasks';
import { legible } from '../../../store/to-record/legible';
import { toToldMessage } from '../../../store/to-record/work';
import type { WorkKind } from '../../../store/work-items';
import type { Plane } from '../../context';
import {
  readPromptContext,
  readPromptThread,
  readPromptThreads,
  THREAD_MESSAGES,
  type ThreadRead,
} from './prompt-sources';
import type { BundleShare } from './bundle-memory';
import { NoRoom, ReadingRoom } from './reading-room';
import { bodyLength, taskLength } from './text-lengths';

export interface BundleSubject {
  tenantId: string;
  threadId: ObjectId | null;
  projectId: ObjectId | null;
  source: { kind: WorkKind; id: ObjectId };
  run?: DispatchDocument['run'];
  question?: DispatchDocument['question'];
}

/** As much news as thread goes into one prompt; what is over is given with the next turn. */
const MOST_NEWS = 50;

/**
 * What stands around each work item. Read while the claim's own writes are under way: nothing of it hangs on them. The
 * threads of many are read together. Each may fail with `NoRoom`.
 */
export function readBundles(plane: Plane, subjects: BundleSubject[], share: BundleShare): Promise<Bundle>[] {
  const entered = subjects.some(isLong) ? share.enter() : null;
  const threadIds = subjects.flatMap(({ threadId }) => threadId ?? []);
  const room = new ReadingRoom();
  const readTogether = async () => {
    await entered;
    return readPromptThreads(plane, subjects[0]!.tenantId, threadIds, room);
  };
  const threads = threadIds.length > 1 ? readTogether() : Promise.resolve(new Map<string, ThreadRead | null>());
  // Those that were to have them fail by themselves where nothing is to be read.
  threads.catch(() => undefined);
  const readThread = async ({ tenantId }: BundleSubject, id: ObjectId) => {
    if (threadIds.length <= 1) return readPromptThread(plane, tenantId, id);
    const thread = (await threads).get(hex(id));
    if (thread === null) throw new NoRoom();
    return thread ?? null;
  };
  const read = async (subject: BundleSubject) => {
    if (entered && isLong(subject)) await entered;
    // Alone it has a bound of its own, and fits always.
    return readBundle(plane, subject, id => readThread(subject, id), subjects.length > 1 ? room : null);
  };
  return subjects.map(read);
}

/** Of a raw message nothing is read but what its project says, and that is at hand. */
const isLong = ({ threadId, source, run }: BundleSubject): boolean =>
  threadId !== null || source.kind === 'task' || run !== undefined;

async function readBundle(
  plane: Plane,
  { tenantId, threadId, projectId, source, run, question }: BundleSubject,
  readThread: (id: ObjectId) => Promise<ThreadRead | null>,
  room: ReadingRoom | null,
) {
  const c = plane.collections;
  const read = <T>(find: () => Promise<T[]>, length: (row: T) => number) => (room ? room.read(find, length) : find());
  const [thread, task, context, news, answer] = await Promise.all([
    threadId ? readThread(threadId) : null,
    source.kind === 'task' ? findTask(c, tenantId, source.id) : null,
    readPromptContext(plane, tenantId, hexOrNull(projectId)),
    run?.tier === 'orchestrator' ? read(() => findUnreadNews(c, run.id, MOST_NEWS), bodyLength) : [],
    question?.answerId ? findMessage(c, tenantId, question.answerId) : null,
  ]);
  const asked = run?.tier === 'orchestrator' ? await read(() => readAsked(c, run.id, news), bodyLength) : [];
  const own = thread?.tenantId === tenantId ? await withSource(c, thread, { source, question }) : null;
  const needed = task?.dependsOn ?? [];
  const findNeeds = () => findTasksById(c, tenantId, needed);
  const needs = needed.length > 0 ? await read(findNeeds, taskLength) : [];
  return { thread: own, task, context, news, asked, answer, needs };
}

/**
 * What a planner was asked and did not answer, beside the news: the turn that was given it may have died with it, and
 * the thread as the prompt shows it may have left it behind. Else it would wait for its deadline, or for ever.
 */
async function readAsked(
  c: Plane['collections'],
  runId: ObjectId,
  news: MessageDocument[],
): Promise<MessageDocument[]> {
  const askers = await findAskedOfPlanner(c, runId, MOST_NEWS);
  const told = new Set(news.map(({ _id }) => hex(_id)));
  const ids = askers.flatMap(({ question }) => (question && !told.has(hex(question.id)) ? question.id : []));
  return ids.length === 0 ? [] : findMessagesById(c, ids);
}

/** What is to be done is in it, and what was asked about it, however much was said since. */
async function withSource(
  c: Plane['collections'],
  thread: ThreadRead,
  { source, question }: Pick<BundleSubject, 'source' | 'question'>,
): Promise<ThreadRead> {
  const { messages } = thread;
  const wanted = [...(source.kind === 'message' ? [source.id] : []), ...(question ? [question.id] : [])];
  // However short it is: of a long thread's last messages, those that cannot be read are not in it.
  const missing = wanted.filter(id => !messages.some(message => message.id === hex(id)));
  const rows = missing.length > 0 ? await findMessagesById(c, missing) : [];
  const told = legible(rows, toToldMessage).toSorted((a, b) => a.seq - b.seq);
  return told.length > 0
    ? { ...thread, messages: [...told, ...messages.slice(told.length - THREAD_MESSAGES)] }
    : thread;
}
export type Bundle = Awaited<ReturnType<typeof readBundle>>;
