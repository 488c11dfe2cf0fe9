import type { Dispatch } from '../../domain/dispatch/schema';
import { must } from '../../kernel/assert';
import type { Message } from '../../domain/message/schema';
import { TO_NEWS } from '../../domain/run/schema';
import type { DispatchDocument, ObjectId } from '../../store/documents';
import { hex, hexOrNull, iso, isoOrNull } from '../../store/ids';
import { findMessage } from '../../store/messages';
import { findUnreadNews } from '../../store/news';
import { findTask, findTasksById } from '../../store/tasks';
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
  run?: DispatchDocument['run'];
  question?: DispatchDocument['question'];
}

/** As much news as thread goes into one prompt; what is over is given with the next turn. */
const MOST_NEWS = 50;

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
  { tenantId, threadId, projectId, source, run, question }: BundleSubject,
  readThread: (id: ObjectId) => Promise<ThreadRead | null>,
) {
  const c = plane.collections;
  const [thread, task, context, news, answer] = await Promise.all([
    threadId ? readThread(threadId) : null,
    source.kind === 'task' ? findTask(c, tenantId, source.id) : null,
    readPromptContext(plane, tenantId, hexOrNull(projectId)),
    run?.tier === 'orchestrator' ? findUnreadNews(c, run.id, MOST_NEWS) : [],
    question?.answerId ? findMessage(c, tenantId, question.answerId) : null,
  ]);
  const needs = task && task.dependsOn.length > 0 ? await findTasksById(c, tenantId, task.dependsOn) : [];
  return { thread: thread?.tenantId === tenantId ? thread : null, task, context, news, answer, needs };
}
export type Bundle = Awaited<ReturnType<typeof readBundle>>;

/** All that is needed to do the work: a claim is one round trip for whoever makes it. */
export function bundleDispatch(
  { dispatch, type, key, item, message, subject }: Started,
  { thread: found, task, context, news, answer, needs }: Bundle,
): Dispatch {
  const read = message ? { id: hex(message.threadId), subject: subject ?? '', messages: [toMessage(message)] } : found;
  const thread = read && {
    id: read.id,
    subject: read.subject,
    messages: read.messages.map(row => claimed(row, dispatch, item)),
  };
  const source = { kind: dispatch.source.kind, id: hex(dispatch.source.id) };
  const { mode, attempt } = dispatch;
  const isTurn = dispatch.question?.to === TO_NEWS;
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
      dispatch: { id: hex(dispatch._id), source, mode, attempt, tier: dispatch.run?.tier ?? null },
      type,
      key,
      context,
      thread,
      task: task ? toTask(task) : null,
      needs: needs.map(toTask),
      news: news.map(toMessage),
      answer: answer && !isTurn ? toMessage(answer) : null,
      isTurn,
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
