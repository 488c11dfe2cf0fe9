import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import { HUMAN } from '../../domain/fields';
import type { Message } from '../../domain/message/schema';
import type { Pathless } from '../../domain/project/schema';
import type { MessageDocument } from '../../store/documents';
import { bodyId } from '../../store/ids';
import { findMessage } from '../../store/messages';
import { toMessage } from '../../store/to-record/work';
import { crashPoint } from '../../telemetry/crash-point';
import { requireWriter, type Caller } from '../identity/caller';
import { refuseBesideRun } from '../runs/topology';
import { addressReply } from './address-reply';
import { authorOf } from './agent-sender';
import { appendMessage, type NewMessage } from './append-message';
import { finishReply } from './finish-reply';
import { isReadableThread } from './inbox-scope';

export interface ReplyToMessage {
  messageId: string;
  body: string;
}
type Addressed = Pick<NewMessage, 'assignedTo' | 'kind' | 'routing'>;

/** A reply to an open question answers it: the asker is resumed and nobody claims the reply. */
export async function replyToMessage(
  caller: Caller,
  { messageId, body }: ReplyToMessage,
  recordId?: string,
): Promise<Pathless<Message>> {
  requireWriter(caller);
  const { plane, principal } = caller.ctx;
  requirePermission(principal, 'messages:write');
  const replied = await requireReadableMessage(caller, messageId);
  const hops = replied.hops + 1;
  const { tenantId } = principal;
  const addressed: Addressed = answers(caller, replied)
    ? { assignedTo: null, kind: 'answer' }
    : { kind: 'message', ...(await addressReply(plane, tenantId, replied, { priority: replied.priority, hops })) };
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
    hops,
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
