import { answerQuestion, findAnsweredBy } from '../../../store/dispatch-questions';
import type { DispatchDocument, MessageDocument, ObjectId } from '../../../store/documents';
import { markAnswered, markBrought, markLate } from '../../../store/questions';
import type { Plane } from '../../context';

/**
 * The first answer wakes the asker; a later one is kept and marked late. Null: it was late. Repeating it with the
 * same answer changes nothing, and the sweep repeats it until the answer is marked as brought.
 */
export async function wakeAsker(
  plane: Plane,
  tenantId: string,
  questionId: ObjectId,
  answer: Pick<MessageDocument, '_id'>,
): Promise<DispatchDocument | null> {
  const c = plane.collections;
  const woken = await answerQuestion(c, tenantId, questionId, answer._id);
  if (woken) plane.doorbell.ring(tenantId);
  const asker = woken ?? (await findAnsweredBy(c, tenantId, questionId, answer._id));
  if (asker) await markAnswered(c, questionId);
  else await markLate(c, answer._id);
  await markBrought(c, answer._id);
  return asker;
}
