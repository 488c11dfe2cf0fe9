import { answerQuestion } from '../../store/dispatch-questions';
import type { DispatchDocument, MessageDocument, ObjectId } from '../../store/documents';
import { markAnswered, markLate } from '../../store/questions';
import type { Plane } from '../context';

/**
 * The first answer wakes the asker; a later one is kept and marked late. Null: it was late. Repeating it with the
 * same answer changes nothing.
 */
export async function wakeAsker(
  plane: Plane,
  tenantId: string,
  questionId: ObjectId,
  answer: Pick<MessageDocument, '_id'>,
): Promise<DispatchDocument | null> {
  const c = plane.collections;
  const woken = await answerQuestion(c, tenantId, questionId, answer._id);
  if (!woken) {
    const already = await c.dispatches.findOne({
      tenantId,
      'question.id': questionId,
      'question.answerId': answer._id,
    });
    if (!already) await markLate(c, answer._id);
    return already;
  }
  await markAnswered(c, questionId);
  plane.doorbell.ring(tenantId);
  return woken;
}
