import { must } from '../../kernel/assert';
import { HUMAN } from '../../domain/fields';
import type { DispatchDocument } from '../../store/documents';
import { updateHeldWork, WORK_WORDS } from '../../store/work-items';
import type { Plane } from '../context';
import { appendMessage } from '../messages/append-message';

/** Makes the question a waiting dispatch asked, once, under the id chosen when it stopped; its work waits with it. */
export async function settleQuestion(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  const c = plane.collections;
  const question = must(dispatch.question, 'a waiting dispatch has its question');
  const { kind, id } = dispatch.source;
  const source = kind === 'message' ? await c.messages.findOne({ _id: id }) : await c.tasks.findOne({ _id: id });
  if (!source) return;
  await appendMessage(plane, {
    id: question.id,
    tenantId: dispatch.tenantId,
    ...(dispatch.threadId ? { threadId: dispatch.threadId } : { projectId: dispatch.projectId }),
    from: { kind: 'agent', id: dispatch.agentType, dispatchId: dispatch._id },
    assignedTo: question.to,
    priority: source.priority,
    kind: 'question',
    body: question.body,
    options: question.options,
    inReplyTo: kind === 'message' ? id : null,
    expectsReply: true,
    hops: kind === 'message' && 'hops' in source ? source.hops + 1 : 0,
    createdBy: `agent:${dispatch.agentType}`,
  });
  await updateHeldWork(c, {
    kind,
    id,
    dispatchId: dispatch._id,
    epoch: dispatch.epoch,
    set: {
      status: WORK_WORDS[kind].waiting,
      reason:
        question.to === HUMAN ? 'waits for a person’s answer' : { $literal: `waits for ${question.to} to answer` },
    },
  });
}
