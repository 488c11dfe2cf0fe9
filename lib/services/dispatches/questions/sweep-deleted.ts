import { findAskers } from '../../../store/dispatch-questions';
import type { DispatchDocument, ObjectId } from '../../../store/documents';
import { hex } from '../../../store/ids';
import { findStanding } from '../../../store/messages';
import type { Plane } from '../../context';
import { warnOnce } from '../../warn-once';
import { answerBySystem } from './answer-by-system';

/** A pass looks at this many and the next goes on after them: many may wait for people. */
const PAGE = 200;

const NOBODY = 'Nobody answers this: the question was deleted. Go on with what you know, or ask again.';

/**
 * Who waits for the answer to a question that a driver deleted: nobody sees it any more, so nobody answers, and without a
 * deadline it would wait for good. Its default holds, or it hears that nobody will. Repeatable, by any process.
 */
export class DeletedQuestionSweep {
  #after: ObjectId | null = null;

  constructor(private readonly plane: Plane) {}

  /** How many it let go on. */
  async run(): Promise<number> {
    const { collections: c } = this.plane;
    const askers = await findAskers(c, this.#after, PAGE);
    this.#after = askers.length < PAGE ? null : askers.at(-1)!._id;
    if (askers.length === 0) return 0;
    // Read after them: what is asked stands before its asker is settled.
    const ids = askers.map(({ question }) => question!.id);
    const standing = new Set((await findStanding(c, ids)).map(hex));
    const left = askers.filter(({ question }) => !standing.has(String(question!.id)));
    for (const dispatch of left) await this.#goOn(dispatch);
    return left.length;
  }

  async #goOn(dispatch: DispatchDocument): Promise<void> {
    const question = dispatch.question!;
    const held = question.default === null ? '' : '; the declared default holds';
    try {
      await answerBySystem(this.plane, dispatch, question, {
        body: question.default ?? NOBODY,
        reason: `the question was deleted${held}`,
      });
    } catch (error) {
      // One that cannot be seen to holds up no other.
      warnOnce(this.plane, error, { dispatchId: String(dispatch._id) }, 'a deleted question was not seen to yet');
    }
  }
}
