import type { Dispatch } from '../../domain/dispatch/schema';
import { must } from '../../kernel/assert';
import type { TaskDocument } from '../../store/documents';
import { hex, hexOrNull, iso, isoOrNull } from '../../store/ids';
import { findTask } from '../../store/tasks';
import { toTask } from '../../store/to-record/work';
import type { Plane } from '../context';
import { assemblePrompt } from './assemble-prompt';
import { readPromptContext, readPromptThread } from './prompt-sources';
import type { Started } from './start-candidate';

/** All that is needed to do the work, read in parallel: a claim is one round trip for whoever makes it. */
export async function bundleDispatch(plane: Plane, { dispatch, type, key }: Started): Promise<Dispatch> {
  const { tenantId } = dispatch;
  const [thread, task, context] = await Promise.all([
    dispatch.threadId ? readPromptThread(plane, tenantId, dispatch.threadId) : null,
    dispatch.source.kind === 'task' ? findTask(plane.collections, tenantId, dispatch.source.id) : null,
    readPromptContext(plane, tenantId, hexOrNull(dispatch.projectId)),
  ]);
  const source = { kind: dispatch.source.kind, id: hex(dispatch.source.id) };
  const { mode, attempt } = dispatch;
  const named = { id: hex(dispatch._id), source, mode, attempt, answerId: hexOrNull(dispatch.question?.answerId) };
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
    source,
    thread,
    context,
    prompt: assemblePrompt({
      dispatch: named,
      type,
      key,
      context,
      thread,
      task: task ? toTask(task as TaskDocument) : null,
    }),
    timings: {
      storedAt: isoOrNull(dispatch.storedAt),
      streamedAt: isoOrNull(dispatch.streamedAt),
      claimedAt: iso(dispatch.claimedAt),
    },
  };
}
