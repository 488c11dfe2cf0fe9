import type { Dispatch } from '../../../domain/dispatch/schema';
import type { Message } from '../../../domain/message/schema';
import type { Pathless } from '../../../domain/project/schema';
import type { MessageDocument, ObjectId } from '../../../store/documents';
import { hex } from '../../../store/ids';
import { findLastMessages, findMessagesOf } from '../../../store/messages';
import { findThreadSubjects, type ThreadSubject } from '../../../store/threads';
import { legible } from '../../../store/to-record/legible';
import { toToldMessage } from '../../../store/to-record/work';
import type { Plane } from '../../context';
import { findOrReopenThread } from '../../messages/adoption/lost-thread';
import { NoRoom, type ReadingRoom } from './reading-room';
import { bodyLength } from './text-lengths';

/** Messages of the thread that ride along; the rest is read with `read_thread`. */
export const THREAD_MESSAGES = 50;

export interface ThreadRead {
  id: string;
  tenantId: string;
  subject: string;
  messages: Pathless<Message>[];
}

export async function readPromptThread(plane: Plane, tenantId: string, id: ObjectId): Promise<ThreadRead | null> {
  const [thread, messages] = await Promise.all([
    findOrReopenThread(plane, tenantId, id),
    findLastMessages(plane.collections, id, THREAD_MESSAGES),
  ]);
  return thread && threadRead(thread, messages);
}

/**
 * By hex id; null where there was no room for it. Short threads are read together, whole; a long one by itself.
 */
export async function readPromptThreads(
  plane: Plane,
  tenantId: string,
  ids: ObjectId[],
  room: ReadingRoom,
): Promise<Map<string, ThreadRead | null>> {
  const c = plane.collections;
  const threads = await findThreadSubjects(c, ids);
  const found = new Set(threads.map(({ _id }) => hex(_id)));
  const lost = ids.filter(id => !found.has(hex(id)));
  const back = await Promise.all(lost.map(id => findOrReopenThread(plane, tenantId, id)));
  threads.push(...back.filter(thread => thread !== null));
  const short = threads.filter(({ lastSeq }) => lastSeq <= THREAD_MESSAGES);
  const long = threads.filter(({ lastSeq }) => !(lastSeq <= THREAD_MESSAGES));
  const [{ messages: together, unread }, ...alone] = await Promise.all([
    readShort(
      c,
      short.map(({ _id }) => _id),
      room,
    ),
    ...long.map(({ _id }) => readLong(c, _id, room)),
  ]);
  const read = new Map<string, ThreadRead | null>(threads.map(thread => [hex(thread._id), threadRead(thread, [])]));
  for (const message of legible([...together, ...alone.flatMap(rows => rows ?? [])], toToldMessage))
    read.get(message.threadId)?.messages.push(message);
  const tooMuch = [...unread, ...long.flatMap(({ _id }, at) => (alone[at] ? [] : _id))];
  for (const id of tooMuch) read.set(hex(id), null);
  return read;
}

async function readShort(c: Plane['collections'], ids: ObjectId[], room: ReadingRoom) {
  const found = await findMessagesOf(c, ids, room.left);
  for (const message of found.messages) room.took(bodyLength(message));
  return found;
}

/** Null: there was no room for it. */
async function readLong(c: Plane['collections'], id: ObjectId, room: ReadingRoom): Promise<MessageDocument[] | null> {
  try {
    return await room.read(() => findLastMessages(c, id, THREAD_MESSAGES), bodyLength);
  } catch (error) {
    if (error instanceof NoRoom) return null;
    throw error;
  }
}

const threadRead = ({ _id, tenantId, subject }: ThreadSubject, messages: MessageDocument[]): ThreadRead => ({
  id: hex(_id),
  tenantId,
  subject,
  messages: legible(messages, toToldMessage),
});

/** Client, brand and project of a node, outermost first. */
export async function readPromptContext(
  plane: Plane,
  tenantId: string,
  projectId: string | null,
): Promise<Dispatch['context']> {
  await plane.projects.freshFor(projectId);
  return plane.projects.steps(tenantId, projectId).map(({ kind, name, context }) => ({ kind, name, context }));
}
