import type { Dispatch } from '../../domain/dispatch/schema';
import type { ObjectId } from '../../store/documents';
import { hex } from '../../store/ids';
import { findLastMessages } from '../../store/messages';
import { findThread } from '../../store/threads';
import { toMessage } from '../../store/to-record/work';
import type { Plane } from '../context';

/** Messages of the thread that ride along; the rest is read with `read_thread`. */
const THREAD_MESSAGES = 50;

export async function readPromptThread(plane: Plane, tenantId: string, id: ObjectId): Promise<Dispatch['thread']> {
  const [thread, messages] = await Promise.all([
    findThread(plane.collections, tenantId, id),
    findLastMessages(plane.collections, id, THREAD_MESSAGES),
  ]);
  if (!thread) return null;
  return { id: hex(thread._id), subject: thread.subject, messages: messages.map(toMessage) };
}

/** Client, brand and project of a node, outermost first. */
export async function readPromptContext(
  plane: Plane,
  tenantId: string,
  projectId: string | null,
): Promise<Dispatch['context']> {
  await plane.projects.freshFor(projectId);
  return plane.projects.steps(tenantId, projectId).map(({ kind, name, context }) => ({ kind, name, context }));
}
