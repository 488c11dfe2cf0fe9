import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import { HUMAN } from '../../domain/fields';
import { MAX_HOPS, type Message } from '../../domain/message/schema';
import type { MessageDocument } from '../../store/documents';
import { bodyId } from '../../store/ids';
import { findMessage } from '../../store/messages';
import { toMessage } from '../../store/to-record/work';
import { crashPoint } from '../../telemetry/crash-point';
import { requireWriter, type Caller } from '../identity/caller';
import { refuseBesideRun } from '../runs/topology';
import { authorOf } from './agent-sender';
import { appendMessage, type NewMessage } from './append-message';
import { finishReply } from './finish-reply';
import { isReadableThread } from './inbox-scope';
import { routeMessage } from './route-message';

export interface ReplyToMessage {
  messageId: string;
  body: string;
}

/**
 * A reply to an open question answers it: the asker is resumed and nobody claims the reply. Any other goes to the
 * sender's inbox and wakes nobody, unless the sender said that it expects one: then it is work.
 */
export async function replyToMessage(
  caller: Caller,
  { messageId, body }: ReplyToMessage,
  recordId?: string,
): Promise<Message> {
  requireWriter(caller);
  const { plane, principal } = caller.ctx;
  requirePermission(principal, 'messages:write');
  const replied = await requireReadableMessage(caller, messageId);
  const addressed = answers(caller, replied) ? ANSWER : await plainReply(caller, replied);
  if (addressed.assignedTo !== null && addressed.assignedTo !== HUMAN) {
    refuseBesideRun(caller.dispatch, addressed.assignedTo);
  }
  const row = await appendMessage(plane, {
    ...authorOf(caller),
    ...(recordId === undefined ? {} : { id: bodyId('recordId', recordId) }),
    threadId: replied.threadId,
    ...addressed,
    priority: replied.priority,
    body,
    inReplyTo: replied._id,
    hops: replied.hops + 1,
  });
  crashPoint('reply:after-message');
  const finished = await finishReply(plane, row);
  if (row.status === 'queued') plane.doorbell.ring(row.tenantId);
  return toMessage(finished);
}

async function requireReadableMessage(caller: Caller, messageId: string): Promise<MessageDocument> {
  const { plane, principal } = caller.ctx;
  const message = await findMessage(plane.collections, principal.tenantId, bodyId('messageId', messageId));
  if (!message || !(await isReadableThread(caller, message.threadId))) throw notFound('message', messageId);
  return message;
}

/**
 * Whoever was asked, people, and the orchestrator of the run it was asked in; what others say in its thread the asker
 * reads when it is resumed.
 */
const answers = ({ agentType, dispatch }: Caller, { kind, assignedTo, threadId, from }: MessageDocument): boolean =>
  kind === 'question' &&
  (agentType === null ||
    assignedTo === agentType ||
    (dispatch?.run?.tier === 'orchestrator' &&
      (dispatch.threadId?.equals(threadId) ?? false) &&
      !from.dispatchId?.equals(dispatch._id)));

type Addressed = Pick<NewMessage, 'assignedTo' | 'kind' | 'routing'>;
const ANSWER: Addressed = { assignedTo: null, kind: 'answer' };

async function plainReply({ ctx: { plane, principal } }: Caller, replied: MessageDocument): Promise<Addressed> {
  const { kind, id } = replied.from;
  const assignedTo = kind === 'agent' ? id : kind === 'user' ? HUMAN : null;
  const hops = replied.hops + 1;
  if (kind === 'agent' && replied.expectsReply && replied.kind !== 'question') {
    const routed = { assignedTo, priority: replied.priority, kind: 'message' as const, hops };
    return { assignedTo, kind: 'message', routing: await routeMessage(plane, principal.tenantId, routed) };
  }
  const isStopped = hops > MAX_HOPS && assignedTo !== HUMAN;
  const routing = isStopped
    ? ({ status: 'loop-stopped', reason: `${hops} replies to replies; the limit is ${MAX_HOPS}` } as const)
    : ({ status: 'none', reason: null } as const);
  return { assignedTo, kind: 'message', routing };
}
