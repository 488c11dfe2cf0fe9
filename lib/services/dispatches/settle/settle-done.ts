import { HUMAN } from '../../../domain/fields';
import { markWorkDone } from '../../../store/work-outcomes';
import type { DispatchDocument } from '../../../store/documents';
import { hex } from '../../../store/ids';
import { findMessage } from '../../../store/messages';
import type { RepliedTo } from '../../../store/replies';
import { readyDependents } from '../../../store/tasks';
import type { Plane } from '../../context';
import { senderOfDispatch } from '../../messages/agent-sender';
import { appendMessage } from '../../messages/append-message';
import { reportResult, reportSilence } from '../../reports/report-outcome';
import { crashPoint } from '../../../telemetry/crash-point';
import { keepFitting, resultOf } from './task-result';
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
export const makesReply = ({ output, replied }: DispatchDocument, source: RepliedTo): boolean =>
  replied !== true && ((output ?? '') !== '' || source.kind === 'question');

export const bodyOf = (output: string | null): string => output || '(empty output)';

export function replyTo(source: RepliedTo, dispatch: DispatchDocument) {
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
  const { result, missing, handedIn } = resultOf(task, dispatch.output ?? '', dispatch.deliverables ?? []);
  // An agent that only stopped has not said that the work is done.
  const isSilent = result.output.trim() === '' && handedIn.size === 0;
  const status = missing.length === 0 && !isSilent ? 'done' : 'incomplete';
  const why = missing.length > 0 ? `not handed in: ${missing.join(', ')}` : SILENT;
  await keepFitting(result, `the output of dispatch ${hex(dispatch._id)}`, kept =>
    markWorkDone(c, dispatch, {
      status,
      result: { $literal: kept },
      reason: status === 'done' ? null : { $literal: why },
    }),
  );
  await (isSilent ? reportSilence(plane, dispatch, why) : reportResult(plane, dispatch));
  if (status === 'done') await readyDependents(c, dispatch.tenantId, dispatch.source.id);
}
