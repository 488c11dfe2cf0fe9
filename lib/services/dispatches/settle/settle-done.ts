import { HUMAN } from '../../../domain/fields';
import { markWorkDone } from '../../../store/work-outcomes';
import type { DispatchDocument, MessageDocument } from '../../../store/documents';
import { isTooLarge } from '../../../store/errors';
import { hex } from '../../../store/ids';
import { findMessage } from '../../../store/messages';
import { readyDependents } from '../../../store/tasks';
import type { Plane } from '../../context';
import { senderOfDispatch } from '../../messages/agent-sender';
import { appendMessage } from '../../messages/append-message';
import { reportResult, reportSilence } from '../../reports/report-outcome';
import { crashPoint } from '../../../telemetry/crash-point';
import { wakeAsker } from './wake-asker';

/**
 * A finished message posts the output as its reply, wakes whoever asked, and is done; a finished task keeps its
 * result and frees what depends on it. The reply's id was chosen with the outcome, so a repeat makes no second one.
 */
export async function settleDone(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  if (dispatch.source.kind === 'message') await replyToMessage(plane, dispatch);
  else await finishTask(plane, dispatch);
}

async function replyToMessage(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  const c = plane.collections;
  const source = await findMessage(c, dispatch.tenantId, dispatch.source.id);
  if (!source) return;
  if (makesReply(dispatch, source)) {
    const reply = await appendMessage(plane, { ...replyTo(source, dispatch), id: dispatch.replyId });
    crashPoint('complete:after-reply');
    if (source.kind === 'question') await wakeAsker(plane, dispatch.tenantId, source._id, reply);
  }
  await markWorkDone(c, dispatch, { status: 'done' });
}

/** An empty output says nothing, but whoever asked stands still until an answer comes. */
export const makesReply = ({ output, replied }: DispatchDocument, source: MessageDocument): boolean =>
  replied !== true && ((output ?? '') !== '' || source.kind === 'question');

export const bodyOf = (output: string | null): string => output || '(empty output)';

export function replyTo(source: MessageDocument, dispatch: DispatchDocument) {
  // With `expectsReply` the sender asked to get it as work; every other reply waits in an inbox and wakes nobody.
  const isWork = source.expectsReply && source.from.kind === 'agent' && source.kind !== 'question';
  return {
    tenantId: dispatch.tenantId,
    threadId: source.threadId,
    from: senderOfDispatch(dispatch),
    assignedTo: isWork && source.from.id !== HUMAN ? source.from.id : null,
    priority: source.priority,
    kind: source.kind === 'question' ? ('answer' as const) : ('message' as const),
    body: bodyOf(dispatch.output),
    inReplyTo: source._id,
    hops: source.hops + 1,
    createdBy: `agent:${dispatch.agentType}`,
  };
}

const SILENT = 'it ended without a result';

async function finishTask(plane: Plane, dispatch: DispatchDocument): Promise<void> {
  const c = plane.collections;
  const task = await c.tasks.findOne({ _id: dispatch.source.id, tenantId: dispatch.tenantId });
  if (!task) return;
  const deliverables = dispatch.deliverables ?? [];
  const handedIn = new Set(
    deliverables
      .filter(({ value, path, url }) => [value, path, url].some(text => text?.trim()))
      .map(({ name }) => name),
  );
  const missing = task.deliverables.map(({ name }) => name).filter(name => !handedIn.has(name));
  const result = { output: dispatch.output ?? '', deliverables, missing };
  // An agent that only stopped has not said that the work is done.
  const isSilent = result.output.trim() === '' && handedIn.size === 0;
  const status = missing.length === 0 && !isSilent ? 'done' : 'incomplete';
  const why = missing.length > 0 ? `not handed in: ${missing.join(', ')}` : SILENT;
  const keep = (kept: typeof result) =>
    markWorkDone(c, dispatch, {
      status,
      result: { $literal: kept },
      reason: status === 'done' ? null : { $literal: why },
    });
  await keep(result).catch(error => {
    if (!isTooLarge(error)) throw error;
    return keep(shortened(result, dispatch));
  });
  await (isSilent ? reportSilence(plane, dispatch, why) : reportResult(plane, dispatch));
  if (status === 'done') await readyDependents(c, dispatch.tenantId, dispatch.source.id);
}

const KEPT_CHARACTERS = 1_000;

/**
 * A long input and a long result may not fit one record. The outcome is accepted all the same, and the whole of it stands
 * with its dispatch; a task that could not be written down would stay open for ever.
 */
const shortened = <T extends { output: string; deliverables: { name: string }[] }>(
  result: T,
  { _id, output }: DispatchDocument,
) => ({
  ...result,
  output: `${(output ?? '').slice(0, KEPT_CHARACTERS)}… (too long to stand here: the whole is the output of dispatch ${hex(_id)})`,
  deliverables: result.deliverables.map(({ name }) => ({ name })),
});
