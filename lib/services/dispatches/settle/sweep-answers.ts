import { findUnbrought, type UnbroughtPlace } from '../../../store/questions';
import type { Plane } from '../../context';
import { finishReply } from '../../messages/finish-reply';
import { warnOnce } from '../../warn-once';

/** A pass handles this much and the next goes on after it. */
const PAGE = 100;
/** A younger one is most likely being brought by whoever stored it. */
const UNBROUGHT_AFTER_MS = 2_000;

/**
 * Answers that stand and whose asker nobody woke: a crash came between. Repeatable, by any process. Goes round a page at
 * a time, so that answers nobody can bring never stand in front of good ones.
 */
export class AnswerSweep {
  #after: UnbroughtPlace | null = null;

  constructor(private readonly plane: Plane) {}

  /** How many it looked at. */
  async run(): Promise<number> {
    const query = { olderThanMs: UNBROUGHT_AFTER_MS, after: this.#after, limit: PAGE };
    const answers = await findUnbrought(this.plane.collections, query);
    this.#after = answers.length < PAGE ? null : answers.at(-1)!;
    for (const answer of answers) {
      try {
        await finishReply(this.plane, answer);
      } catch (error) {
        // One that cannot be brought holds up no other.
        warnOnce(this.plane, error, { messageId: String(answer._id) }, 'an answer did not reach its asker yet');
      }
    }
    return answers.length;
  }
}
