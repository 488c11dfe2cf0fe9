import { HUMAN } from '../../../domain/fields';
import { findPastDeadline, markOverdue } from '../../../store/dispatch-questions';
import type { DispatchDocument, MessageDocument, PendingQuestion } from '../../../store/documents';
import { derivedId, iso } from '../../../store/ids';
import { messageExists } from '../../../store/messages';
import { raiseToHuman } from '../../../store/questions';
import { updateHeldWork } from '../../../store/work-items';
import type { Plane } from '../../context';
import { appendMessage } from '../../messages/append-message';
import { wakeAsker } from '../settle/wake-asker';

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
      plane.log.warn({ err: error, dispatchId: String(dispatch._id) }, 'a deadline was not dealt with yet');
    }
  }
  return past.length;
}

async function answerBySilence(
  plane: Plane,
  { tenantId }: DispatchDocument,
  question: PendingQuestion,
  body: string,
  deadline: Date,
): Promise<void> {
  const asked = await messageExists(plane.collections, question.id);
  if (!asked) return;
  const answer = await appendSilence(plane, asked, body, deadline);
  await wakeAsker(plane, tenantId, question.id, answer);
}

/** Two processes at once write the same; an answer that came first stays the answer, and this one is late. */
const appendSilence = (plane: Plane, asked: MessageDocument, body: string, deadline: Date): Promise<MessageDocument> =>
  appendMessage(plane, {
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
    routing: { status: 'none', reason: `silence: nobody answered by ${iso(deadline)}; the declared default holds` },
    createdBy: 'switchboard',
  });

async function climb(
  plane: Plane,
  dispatch: DispatchDocument,
  question: PendingQuestion,
  deadline: Date,
): Promise<void> {
  const c = plane.collections;
  if (question.to !== HUMAN) {
    await raiseToHuman(c, question.id, `${question.to} did not answer by ${iso(deadline)}`);
    await updateHeldWork(c, {
      kind: dispatch.source.kind,
      id: dispatch.source.id,
      dispatchId: dispatch._id,
      epoch: dispatch.epoch,
      set: { reason: 'waits for a person’s answer' },
    });
    plane.log.info({ dispatchId: String(dispatch._id), from: question.to }, 'a question climbed to people');
  }
  // Last: until it is marked, the sweep does all of it again.
  await markOverdue(c, dispatch, HUMAN);
}
