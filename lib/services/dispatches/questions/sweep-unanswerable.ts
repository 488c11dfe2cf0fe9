import { HUMAN } from '../../../domain/fields';
import { hasAgentType } from '../../../store/agent-types';
import { findUnanswerable, type Unanswerable } from '../../../store/dispatch-questions';
import { raiseToHuman } from '../../../store/questions';
import type { Plane } from '../../context';
import { warnOnce } from '../../warn-once';
import { answerBySystem } from './answer-by-system';
import { askInstead } from './ask-instead';

/** A sweep handles this much and goes on in the next. */
const BATCH = 100;

/**
 * Who waits for an agent type that will not answer, also without a deadline, hears so: a cancelled question is answered
 * by its default, or by the word that nobody will; one whose type is gone is put to people. One that died waits for the
 * person who redrives or cancels it. Repeatable, by any process.
 */
export async function sweepUnanswerable(plane: Plane): Promise<number> {
  const found = await findUnanswerable(plane.collections, BATCH);
  for (const dispatch of found) {
    try {
      if (dispatch.asked.status === 'cancelled') await goOnWithout(plane, dispatch);
      else await putToPeople(plane, dispatch);
    } catch (error) {
      // One that cannot be seen to holds up no other.
      warnOnce(plane, error, { dispatchId: String(dispatch._id) }, 'a question nobody answers was not seen to yet');
    }
  }
  return found.length;
}

const NOBODY = 'Nobody answers this: the question was cancelled. Go on with what you know, or ask somebody else.';

async function goOnWithout(plane: Plane, { question, ...dispatch }: Unanswerable): Promise<void> {
  const held = question.default === null ? '' : '; the declared default holds';
  await answerBySystem(plane, dispatch, question, {
    body: question.default ?? NOBODY,
    reason: `the question was cancelled${held}`,
  });
}

async function putToPeople(plane: Plane, { asked, ...dispatch }: Unanswerable): Promise<void> {
  const c = plane.collections;
  const { tenantId, question } = dispatch;
  if (asked.assignedTo !== HUMAN) {
    // It came back since, and its work is routed anew in a moment.
    if (asked.assignedTo !== null && (await hasAgentType(c, tenantId, asked.assignedTo))) return;
    await raiseToHuman(c, question.id, `there is no agent type '${asked.assignedTo}'`);
  }
  await askInstead(plane, dispatch, HUMAN);
}
