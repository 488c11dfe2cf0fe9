import type { Dispatch } from '../../../domain/dispatch/schema';
import { must } from '../../../kernel/assert';
import type { Message } from '../../../domain/message/schema';
import type { Pathless } from '../../../domain/project/schema';
import { TO_NEWS } from '../../../domain/run/schema';
import type { DispatchDocument } from '../../../store/documents';
import { hex, iso, isoOrNull } from '../../../store/ids';
import { legible } from '../../../store/to-record/legible';
import { toLedger, toTask, toToldMessage } from '../../../store/to-record/work';
import type { WorkDocument } from '../../../store/work-items';
import { assemblePrompt } from './assemble-prompt';
import type { Bundle } from './read-bundles';
import type { Started } from '../due/started';

/**
 * All that is needed to do the work: a claim is one round trip for whoever makes it. What cannot be read of what stands
 * around it is left out, for the claim was won.
 */
export function bundleDispatch(
  { dispatch, type, key, item, message, subject }: Started,
  { thread: found, task, context, news, asked, answer, needs }: Bundle,
): Dispatch {
  const read = message
    ? { id: hex(message.threadId), subject: subject ?? '', messages: legible([message], toToldMessage) }
    : found;
  const thread = read && {
    id: read.id,
    subject: read.subject,
    messages: read.messages.map(row => claimed(row, dispatch, item)),
  };
  const source = { kind: dispatch.source.kind, id: hex(dispatch.source.id) };
  const { mode, attempt } = dispatch;
  const isTurn = dispatch.question?.to === TO_NEWS;
  const [toldAnswer = null] = answer && !isTurn ? legible([answer], toToldMessage) : [];
  return {
    id: hex(dispatch._id),
    epoch: dispatch.epoch,
    key,
    leaseUntil: iso(must(dispatch.leaseUntil, 'a running dispatch has a lease')),
    leaseMs: dispatch.leaseMs,
    attempt: dispatch.attempt,
    mode: dispatch.mode,
    agentId: dispatch.agentId,
    agentType: {
      slug: type.slug,
      revision: type.revision,
      model: type.model,
      thinking: type.thinking,
      tools: type.tools,
      systemPrompt: type.systemPrompt,
    },
    source,
    thread,
    context,
    prompt: assemblePrompt({
      dispatch: { id: hex(dispatch._id), source, mode, attempt, tier: dispatch.run?.tier ?? null },
      type,
      key,
      context,
      thread,
      task: task ? toTask(task) : null,
      needs: legible(needs, toTask),
      news: legible(news, toToldMessage),
      asked: legible(asked, toToldMessage),
      answer: toldAnswer,
      isTurn,
    }),
    timings: {
      storedAt: isoOrNull(dispatch.storedAt),
      streamedAt: isoOrNull(dispatch.streamedAt),
      claimedAt: iso(dispatch.claimedAt),
    },
  };
}

/** The source as the claim left it, for it was read beside the claim. */
const claimed = (message: Pathless<Message>, dispatch: DispatchDocument, item: WorkDocument): Pathless<Message> =>
  message.id === hex(dispatch.source.id)
    ? {
        ...message,
        status: 'claimed',
        reason: null,
        attempts: item.attempts,
        epoch: item.epoch,
        dispatchId: hex(dispatch._id),
        ledger: toLedger(item.ledger),
      }
    : message;
