import type { DispatchDocument, PendingQuestion } from '../../../store/documents';
import { derivedId } from '../../../store/ids';
import { messageExists } from '../../../store/messages';
import type { Plane } from '../../context';
import { appendMessage } from '../../messages/append-message';
import { wakeAsker } from '../settle/wake-asker';

/**
 * Where nobody answers, the system does, once: two processes at once write the same, and an answer that came first stays
 * the answer. False: the question is not there, as a driver may have deleted it.
 */
export async function answerBySystem(
  plane: Plane,
  { tenantId }: Pick<DispatchDocument, 'tenantId'>,
  question: PendingQuestion,
  { body, reason }: { body: string; reason: string },
): Promise<boolean> {
  const asked = await messageExists(plane.collections, question.id);
  if (!asked) return false;
  const answer = await appendMessage(plane, {
    id: derivedId(asked._id, 'silence'),
    tenantId: asked.tenantId,
    threadId: asked.threadId,
    from: { kind: 'system', id: 'switchboard' },
    assignedTo: null,
    priority: asked.priority,
    kind: 'answer',
    body,
    inReplyTo: asked._id,
    hops: asked.hops + 1,
    routing: { status: 'none', reason },
    createdBy: 'switchboard',
  });
  await wakeAsker(plane, tenantId, question.id, answer);
  return true;
}
