import { findUnbrought } from '../../store/questions';
import type { Plane } from '../context';
import { finishReply } from '../messages/finish-reply';

/** A sweep handles this much and goes on in the next. */
const BATCH = 100;
/** A younger one is most likely being brought by whoever stored it. */
const UNBROUGHT_AFTER_MS = 2_000;

/** Answers that stand and whose asker nobody woke: a crash came between. Repeatable, by any process. */
export async function sweepAnswers(plane: Plane): Promise<number> {
  const answers = await findUnbrought(plane.collections, UNBROUGHT_AFTER_MS, BATCH);
  for (const answer of answers) {
    try {
      await finishReply(plane, answer);
    } catch (error) {
      // One that cannot be brought holds up no other.
      plane.log.warn({ err: error, messageId: String(answer._id) }, 'an answer did not reach its asker yet');
    }
  }
  return answers.length;
}
