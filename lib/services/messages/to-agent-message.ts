import { MAX_BODY_CHARACTERS } from '../../domain/fields';
import { AgentMessage } from '../../domain/message/agent-view';
import type { MessageDocument, ObjectId } from '../../store/documents';
import { hex, isoOrNull } from '../../store/ids';
import { legible } from '../../store/to-record/legible';
import { toToldMessage } from '../../store/to-record/work';

const HELD: MessageDocument['status'][] = ['claimed', 'waiting'];

/**
 * As an agent reads them; `own` is the reader's dispatch: what it works on is not held against it. Without those in which
 * a driver put what the schema has not: a client takes a result that keeps to its schema, whole, or none of it.
 */
export const toAgentMessages = (rows: readonly MessageDocument[], own: ObjectId | null): AgentMessage[] =>
  legible(rows, row => toAgentMessage(row, own)).filter(message => AgentMessage.safeParse(message).success);

function toAgentMessage(row: MessageDocument, own: ObjectId | null): AgentMessage {
  const { id, threadId, seq, assignedTo, projectId, priority, kind, inReplyTo, expectsReply, hops, ...rest } =
    toToldMessage(row);
  const isHeld = row.dispatchId !== null && HELD.includes(row.status) && !(own && row.dispatchId.equals(own));
  return {
    id,
    threadId,
    seq,
    from: rest.from,
    assignedTo,
    projectId,
    priority,
    kind,
    inReplyTo,
    expectsReply,
    // A raw insert may say anything in these two.
    hops: Math.max(0, Math.trunc(hops)),
    status: rest.status,
    reason: rest.reason,
    options: rest.options?.filter(option => typeof option === 'string') ?? null,
    late: rest.late,
    createdAt: rest.createdAt,
    readAt: isoOrNull(row.ledger?.readAt),
    heldBy: isHeld ? hex(row.dispatchId!) : null,
    // A raw insert may be longer than anything the API takes.
    body: rest.body.slice(0, MAX_BODY_CHARACTERS),
    truncated: rest.body.length > MAX_BODY_CHARACTERS,
  };
}

/** What its body takes of a result; one that is no text takes nothing. */
export const lengthOfBody = ({ body }: Pick<MessageDocument, 'body'>): number =>
  typeof body === 'string' ? Math.min(body.length, MAX_BODY_CHARACTERS) : 0;
