import { must } from '../../../kernel/assert';
import { TO_NEWS, TO_ORCHESTRATOR } from '../../../domain/run/schema';
import type { DispatchDocument, MessageDocument, ObjectId, TaskDocument } from '../../../store/documents';
import { isGivenBack } from '../../../store/dispatch-resumes';
import { findDispatch } from '../../../store/dispatches-read';
import { withdrawQuestion } from '../../../store/questions';
import { runThreadId } from '../../../store/runs';
import { updateHeldWork, WORK_WORDS } from '../../../store/work-items';
import type { Plane } from '../../context';
import { senderOfDispatch } from '../../messages/agent-sender';
import { appendMessage } from '../../messages/append-message';
import { reportQuestion } from '../../reports/report-outcome';
import { reasonOf } from './wait-reason';

/** Makes the question a waiting dispatch asked, once, under the id chosen when it stopped; its work waits with it. */
export async function settleQuestion(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  const c = plane.collections;
  const question = must(dispatch.question, 'a waiting dispatch has its question');
  const { kind, id } = dispatch.source;
  const source = kind === 'message' ? await c.messages.findOne({ _id: id }) : await c.tasks.findOne({ _id: id });
  if (!source) return;
  if (question.to === TO_NEWS) await keepTurn(plane, dispatch);
  else if (!isGivenBack(dispatch)) {
    await appendQuestion(plane, dispatch, source);
    await reportQuestion(plane, dispatch, question);
  }
  const isHeld = await updateHeldWork(c, {
    kind,
    id,
    dispatchId: dispatch._id,
    epoch: dispatch.epoch,
    set: {
      status: question.blocker && kind === 'task' ? 'blocked' : WORK_WORDS[kind].waiting,
      reason: { $literal: reasonOf(question) },
    },
  });
  // Stopped since: whoever did that may have looked for the question before it stood.
  const now = isHeld ? null : await findDispatch(c, dispatch.tenantId, dispatch._id);
  if (now?.status === 'cancelled') await withdrawQuestion(c, question.id);
}

const author = (dispatch: DispatchDocument) => ({
  tenantId: dispatch.tenantId,
  from: senderOfDispatch(dispatch),
  createdBy: `agent:${dispatch.agentType}`,
});

/** What a run's worker asks is said where its run is, whoever is to answer. Null: in a thread of its own. */
const saidIn = ({ run, threadId }: Pick<DispatchDocument, 'run' | 'threadId'>): ObjectId | null =>
  run ? runThreadId(run.id) : threadId;

/** Where to find what it asked: a thread that a message opens has the message's id. */
export const threadOfQuestion = (dispatch: Pick<DispatchDocument, 'run' | 'threadId' | 'question'>): ObjectId | null =>
  saidIn(dispatch) ?? dispatch.question?.id ?? null;

async function appendQuestion(
  plane: Plane,
  dispatch: DispatchDocument,
  source: Pick<MessageDocument | TaskDocument, '_id' | 'priority'> & { hops?: number },
): Promise<void> {
  const question = must(dispatch.question, 'a waiting dispatch has its question');
  const isToOrchestrator = question.to === TO_ORCHESTRATOR;
  const threadId = saidIn(dispatch);
  await appendMessage(plane, {
    id: question.id,
    ...author(dispatch),
    ...(threadId ? { threadId } : { projectId: dispatch.projectId }),
    assignedTo: isToOrchestrator ? null : question.to,
    priority: source.priority,
    kind: 'question',
    body: question.body,
    options: question.options,
    isBlocker: question.blocker !== undefined,
    inReplyTo: dispatch.source.kind === 'message' ? source._id : null,
    expectsReply: true,
    hops: dispatch.source.kind === 'message' ? (source.hops ?? 0) + 1 : 0,
    ...(isToOrchestrator ? { newsFor: dispatch.run?.id } : {}),
  });
}

/** What a planner said at the end of its turn, which is not the end of its work. */
async function keepTurn(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  const { id, body } = must(dispatch.question, 'a waiting dispatch has its question');
  if (body.trim() === '' || !dispatch.threadId) return;
  await appendMessage(plane, {
    id,
    ...author(dispatch),
    threadId: dispatch.threadId,
    assignedTo: null,
    priority: 'normal',
    kind: 'message',
    body,
  });
}
