import type { DispatchDocument, ObjectId, PendingQuestion } from '../../../store/documents';
import { derivedId } from '../../../store/ids';
import { messageExists } from '../../../store/messages';
import type { Plane } from '../../context';
import { findOrReopenThread } from '../../messages/adoption/lost-thread';
import { appendMessage } from '../../messages/append-message';
import { threadOfQuestion } from '../settle/settle-question';
import { wakeAsker } from '../settle/wake-asker';

type Asker = Pick<DispatchDocument, 'tenantId' | 'run' | 'threadId' | 'projectId'>;

/**
 * Where nobody answers, the system does, once: two processes at once write the same, and an answer that came first stays
 * the answer. A driver may have deleted the question: then it stands where that was asked.
 */
export async function answerBySystem(
  plane: Plane,
  asker: Asker,
  question: PendingQuestion,
  { body, reason }: { body: string; reason: string },
): Promise<void> {
  const { tenantId } = asker;
  const asked = await messageExists(plane.collections, question.id);
  const answer = await appendMessage(plane, {
    id: derivedId(question.id, 'silence'),
    tenantId,
    ...(asked ? { threadId: asked.threadId } : await whereAsked(plane, asker, question)),
    from: { kind: 'system', id: 'switchboard' },
    assignedTo: null,
    priority: asked?.priority ?? 'normal',
    kind: 'answer',
    body,
    inReplyTo: question.id,
    hops: (asked?.hops ?? 0) + 1,
    routing: { status: 'none', reason },
    createdBy: 'switchboard',
  });
  await wakeAsker(plane, tenantId, question.id, answer);
}

/** A thread that was deleted with it is no place: the answer opens one of its own. */
async function whereAsked(
  plane: Plane,
  asker: Asker,
  question: PendingQuestion,
): Promise<{ threadId: ObjectId } | { projectId: ObjectId | null }> {
  const threadId = threadOfQuestion({ ...asker, question });
  const thread = threadId && (await findOrReopenThread(plane, asker.tenantId, threadId));
  return thread ? { threadId: thread._id } : { projectId: asker.projectId };
}
