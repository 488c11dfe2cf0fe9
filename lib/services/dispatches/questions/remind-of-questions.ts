import { HUMAN } from '../../../domain/fields';
import { TO_ORCHESTRATOR } from '../../../domain/run/schema';
import { findHalfTime, markReminded } from '../../../store/dispatch-questions';
import type { DispatchDocument, PendingQuestion } from '../../../store/documents';
import { derivedId, hex, iso } from '../../../store/ids';
import { messageExists } from '../../../store/messages';
import { planTaskIdOf } from '../../../store/runs';
import type { Plane } from '../../context';
import { appendMessage } from '../../messages/append-message';
import { wakePlanner } from '../../runs/wake-planner';
import { warnOnce } from '../../warn-once';

/** Reminders of one pass; the rest comes with the next. */
const BATCH = 100;
/** A question that gives less time than this is over before anybody could act on a reminder. */
const LEAST_MS = 30_000;

/**
 * Says once, at half time, to whoever was asked that somebody waits, until when, and what holds after that. A planner
 * is woken by it; people find it in the thread and in their inbox. Repeatable, by any process.
 */
export async function remindOfQuestions(plane: Plane): Promise<number> {
  const due = await findHalfTime(plane.collections, LEAST_MS, BATCH);
  for (const dispatch of due) {
    try {
      await remind(plane, dispatch);
    } catch (error) {
      // One that cannot be reminded of holds up no other.
      warnOnce(plane, error, { dispatchId: String(dispatch._id) }, 'a reminder was not given yet');
    }
  }
  return due.length;
}

async function remind(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  const { question, run, tenantId } = dispatch;
  if (!question?.deadline) return;
  const asked = await messageExists(plane.collections, question.id);
  if (!asked) return;
  const isPlanners = question.to === TO_ORCHESTRATOR && run !== undefined;
  await appendMessage(plane, {
    id: derivedId(question.id, 'reminder'),
    tenantId,
    threadId: asked.threadId,
    from: { kind: 'system', id: 'switchboard' },
    assignedTo: null,
    priority: asked.priority,
    kind: 'system',
    body: reminderText(dispatch.agentType, question, question.deadline),
    inReplyTo: asked._id,
    createdBy: 'switchboard',
    ...(isPlanners ? { newsFor: run.id } : {}),
  });
  if (isPlanners) await wakePlanner(plane, { _id: run.id, tenantId, planTaskId: planTaskIdOf(run.id) });
  // Last: until it is marked, the sweep does all of it again, to no further effect.
  await markReminded(plane.collections, dispatch);
}

function reminderText(asker: string, question: PendingQuestion, deadline: Date): string {
  const what = question.blocker ? 'to have its blocker cleared' : 'for an answer';
  const after = question.default !== null ? 'the declared default holds' : climbs(question.to);
  return `Reminder: ${asker} still waits ${what} (${hex(question.id)}). At ${iso(deadline)} ${after}.`;
}

const climbs = (to: string): string => (to === HUMAN ? 'it is overdue' : 'people are asked instead');
