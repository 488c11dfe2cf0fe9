import type { Dispatch } from '../../domain/dispatch/schema';
import { must } from '../../kernel/assert';
import type { Message } from '../../domain/message/schema';
import type { DispatchDocument, ObjectId } from '../../store/documents';
import { hex, hexOrNull, iso, isoOrNull } from '../../store/ids';
import { findTask } from '../../store/tasks';
import { toLedger, toMessage, toTask } from '../../store/to-record/work';
import type { WorkDocument, WorkKind } from '../../store/work-items';
import type { Plane } from '../context';
import { assemblePrompt } from './assemble-prompt';
import { readPromptContext, readPromptThread, readPromptThreads, type ThreadRead } from './prompt-sources';
import type { Started } from './started';

export interface BundleSubject {
  tenantId: string;
  threadId: ObjectId | null;
  projectId: ObjectId | null;
  source: { kind: WorkKind; id: ObjectId };
}

/**
 * What stands around each work item. Read while the claim's own writes are under way: nothing of it hangs on them. The
 * threads of many are read together.
 */
export function readBundles(plane: Plane, subjects: BundleSubject[]): Promise<Bundle>[] {
  const threadIds = subjects.flatMap(({ threadId }) => threadId ?? []);
  const threads =
    threadIds.length > 1 ? readPromptThreads(plane, threadIds) : Promise.resolve(new Map<string, ThreadRead>());
  return subjects.map(subject =>
    readBundle(plane, subject, async id =>
      threadIds.length > 1 ? ((await threads).get(hex(id)) ?? null) : readPromptThread(plane, subject.tenantId, id),
    ),
  );
}

async function readBundle(
  plane: Plane,
  { tenantId, threadId, projectId, source }: BundleSubject,
  readThread: (id: ObjectId) => Promise<ThreadRead | null>,
) {
  const [thread, task, context] = await Promise.all([
    threadId ? readThread(threadId) : null,
    source.kind === 'task' ? findTask(plane.collections, tenantId, source.id) : null,
    readPromptContext(plane, tenantId, hexOrNull(projectId)),
  ]);
  return { thread: thread?.tenantId === tenantId ? thread : null, task, context };
}
export type Bundle = Awaited<ReturnType<typeof readBundle>>;

/** All that is needed to do the work: a claim is one round trip for whoever makes it. */
export function bundleDispatch(
  { dispatch, type, key, item, message, subject }: Started,
  { thread: found, task, context }: Bundle,
): Dispatch {
  const read = message ? { id: hex(message.threadId), subject: subject ?? '', messages: [toMessage(message)] } : found;
  const thread = read && {
    id: read.id,
    subject: read.subject,
    messages: read.messages.map(row => claimed(row, dispatch, item)),
  };
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
      task: task ? toTask(task) : null,
    }),
    timings: {
      storedAt: isoOrNull(dispatch.storedAt),
      streamedAt: isoOrNull(dispatch.streamedAt),
      claimedAt: iso(dispatch.claimedAt),
    },
  };
}

/** The source as the claim left it, for it was read beside the claim. */
const claimed = (message: Message, dispatch: DispatchDocument, item: WorkDocument): Message =>
  message.id === hex(dispatch.source.id)
    ? {
        ...message,
        status: 'claimed',
        reason: null,
        attempts: item.attempts,
        epoch: item.epoch,
        dispatchId: hex(dispatch._id),
        ledger: toLedger(item.ledger),
      }
    : message;
