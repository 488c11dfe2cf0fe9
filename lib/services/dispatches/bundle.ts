import type { Dispatch } from '../../domain/dispatch/schema';
import type { ContextStep } from '../../domain/project/schema';
import { must } from '../../kernel/assert';
import type { DispatchDocument, TaskDocument } from '../../store/documents';
import { hex, hexOrNull, iso, isoOrNull } from '../../store/ids';
import { findLastMessages } from '../../store/messages';
import { findTask } from '../../store/tasks';
import { findThread } from '../../store/threads';
import { toMessage, toTask } from '../../store/to-record/work';
import type { Plane } from '../context';
import { assemblePrompt } from './assemble-prompt';
import type { Started } from './start-candidate';

/** Messages of the thread that ride along; the rest is read with `read_thread`. */
const THREAD_MESSAGES = 50;

/** All that is needed to do the work, read in parallel: a claim is one round trip for whoever makes it. */
export async function bundleDispatch(plane: Plane, { dispatch, type, key }: Started): Promise<Dispatch> {
  const [thread, task] = await Promise.all([
    readThread(plane, dispatch),
    dispatch.source.kind === 'task' ? findTask(plane.collections, dispatch.tenantId, dispatch.source.id) : null,
    plane.projects.freshFor(hexOrNull(dispatch.projectId)),
  ]);
  const context = contextOf(plane.projects.steps(dispatch.tenantId, hexOrNull(dispatch.projectId)));
  return {
    id: hex(dispatch._id),
    epoch: dispatch.epoch,
    key,
    leaseUntil: iso(must(dispatch.leaseUntil, 'a running dispatch has a lease')),
    leaseMs: dispatch.leaseMs,
    attempt: dispatch.attempt,
    mode: dispatch.mode,
    agentId: dispatch.agentId,
    agentType: {
      slug: type.slug,
      revision: type.revision,
      model: type.model,
      thinking: type.thinking,
      tools: type.tools,
      systemPrompt: type.systemPrompt,
    },
    source: { kind: dispatch.source.kind, id: hex(dispatch.source.id) },
    thread,
    context,
    prompt: assemblePrompt({ dispatch, type, key, context, thread, task: task ? toTask(task as TaskDocument) : null }),
    timings: {
      storedAt: isoOrNull(dispatch.storedAt),
      streamedAt: isoOrNull(dispatch.streamedAt),
      claimedAt: iso(dispatch.claimedAt),
    },
  };
}

const contextOf = (steps: ContextStep[]) => steps.map(({ kind, name, context }) => ({ kind, name, context }));

async function readThread(plane: Plane, dispatch: DispatchDocument): Promise<Dispatch['thread']> {
  if (!dispatch.threadId) return null;
  const [thread, messages] = await Promise.all([
    findThread(plane.collections, dispatch.tenantId, dispatch.threadId),
    findLastMessages(plane.collections, dispatch.threadId, THREAD_MESSAGES),
  ]);
  if (!thread) return null;
  return { id: hex(thread._id), subject: thread.subject, messages: messages.map(toMessage) };
}
