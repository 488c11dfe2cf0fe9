import { answerQuestion, findAnsweredBefore } from '../../../store/dispatch-questions';
import type { DispatchDocument, MessageDocument, ObjectId } from '../../../store/documents';
import { messageExists } from '../../../store/messages';
import { markAnswered, markBrought, markLate } from '../../../store/questions';
import { updateHeldWork } from '../../../store/work-items';
import type { Plane } from '../../context';
import { ANSWERED } from './wait-reason';

/**
 * The first answer wakes the asker; a later one is kept and marked late. Null: it was late. Repeating it with the
 * same answer changes nothing, also when the asker went on and asked again; the sweep repeats it until the answer is
 * marked as brought.
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
  const asker = woken ?? (await findWokenBefore(plane, questionId, answer._id));
  if (asker) {
    await markAnswered(c, questionId);
    await tellAnswered(plane, asker, questionId);
  } else await markLate(c, answer._id);
  await markBrought(c, answer._id);
  return asker;
}

async function findWokenBefore(
  { collections: c }: Plane,
  questionId: ObjectId,
  answerId: ObjectId,
): Promise<DispatchDocument | null> {
  const dispatchId = (await messageExists(c, questionId))?.from?.dispatchId;
  return dispatchId ? findAnsweredBefore(c, dispatchId, answerId) : null;
}

async function tellAnswered(
  plane: Plane,
  { _id, epoch, status, source, question }: DispatchDocument,
  questionId: ObjectId,
): Promise<void> {
  // What blocked it stands until it goes on. It may have gone on before, and asked something else.
  if (status !== 'waiting' || question?.blocker || !question?.id.equals(questionId)) return;
  const set = { reason: ANSWERED };
  await updateHeldWork(plane.collections, { kind: source.kind, id: source.id, dispatchId: _id, epoch, set });
}
