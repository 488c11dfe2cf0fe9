import { HUMAN } from '../../../domain/fields';
import { findPastDeadline, markOverdue } from '../../../store/dispatch-questions';
import type { DispatchDocument, PendingQuestion } from '../../../store/documents';
import { iso } from '../../../store/ids';
import { raiseToHuman } from '../../../store/questions';
import type { Plane } from '../../context';
import { warnOnce } from '../../warn-once';
import { answerBySystem } from './answer-by-system';
import { askInstead } from './ask-instead';

/** A sweep handles this much and goes on in the next. */
const BATCH = 100;

/**
 * Questions whose deadline has passed: a declared default becomes the answer, said by the system and recorded as
 * silence; without one the question climbs to people, and for people it is overdue. Repeatable, by any process.
 */
export async function sweepDeadlines(plane: Plane): Promise<number> {
  const past = await findPastDeadline(plane.collections, BATCH);
  for (const dispatch of past) {
    const { question } = dispatch;
    if (!question?.deadline) continue;
    try {
      if (question.default === null) await climb(plane, dispatch, question, question.deadline);
      else await answerBySilence(plane, dispatch, question, question.default, question.deadline);
    } catch (error) {
      // One that cannot be answered holds up no other.
      warnOnce(plane, error, { dispatchId: String(dispatch._id) }, 'a deadline was not dealt with yet');
    }
  }
  return past.length;
}

async function answerBySilence(
  plane: Plane,
  dispatch: DispatchDocument,
  question: PendingQuestion,
  body: string,
  deadline: Date,
): Promise<void> {
  const reason = `silence: nobody answered by ${iso(deadline)}; the declared default holds`;
  await answerBySystem(plane, dispatch, question, { body, reason });
}

async function climb(
  plane: Plane,
  dispatch: DispatchDocument,
  question: PendingQuestion,
  deadline: Date,
): Promise<void> {
  const c = plane.collections;
  if (question.to !== HUMAN) {
    await raiseToHuman(c, question.id, `${question.to} did not answer by ${iso(deadline)}`);
    await askInstead(plane, dispatch, HUMAN);
  }
  // Last: until it is marked, the sweep does all of it again.
  await markOverdue(c, dispatch);
}
