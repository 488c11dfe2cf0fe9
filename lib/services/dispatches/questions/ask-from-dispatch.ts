import { ControlPlaneError, invalidField } from '../../../domain/errors';
import { HUMAN } from '../../../domain/fields';
import { MAX_HOPS } from '../../../domain/message/schema';
import { TO_ORCHESTRATOR } from '../../../domain/run/schema';
import { bodyId, hexOrNull } from '../../../store/ids';
import { requireDispatch, requireReader, requireWriter, type Caller } from '../../identity/caller';
import { hopsOf } from '../../messages/agent-sender';
import { getMessage } from '../../messages/read-messages';
import { askQuestion, type Question } from './ask';

/** The question, by the id of its message. */
export interface Asked {
  id: string;
  to: string;
}

/** A dispatch stops to wait for an answer. `recordId` is the question's, where a repeat must not ask twice. */
export async function askFromDispatch(caller: Caller, question: Question, recordId?: string): Promise<Asked> {
  const { dispatch } = requireDispatch(caller);
  requireWriter(caller);
  const { options, deadline } = question;
  if (options && question.default !== undefined && !options.includes(question.default)) {
    throw invalidField('default', `got '${question.default}', wants one of the options`);
  }
  if (deadline !== undefined && Date.parse(deadline) <= caller.ctx.plane.clock.now()) {
    throw invalidField('deadline', `got ${deadline}, wants a time to come`);
  }
  await refuseEndless(caller, question.to);
  const id = recordId === undefined ? undefined : bodyId('recordId', recordId);
  const { questionId, to } = await askQuestion(caller.ctx.plane, dispatch, question, id);
  return { id: questionId, to };
}

/** Past the limit the question would be stopped, and whoever asked it would wait for ever. */
async function refuseEndless(caller: Caller, to: string | undefined): Promise<void> {
  if (to === undefined || to === HUMAN || to === TO_ORCHESTRATOR) return;
  const hops = await hopsOf(caller);
  if (hops <= MAX_HOPS) return;
  throw new ControlPlaneError(
    'limit-exceeded',
    `This would be reply ${hops} to a reply; the limit is ${MAX_HOPS}. Finish with what you know, or ask human.`,
  );
}

/** What was asked under that id: of the dispatch itself first, for its message follows the stop. */
export async function readAsked(caller: Caller, id: string): Promise<Asked> {
  requireReader(caller);
  const pending = caller.dispatch?.question;
  if (pending && hexOrNull(pending.id) === id) return { id, to: pending.to };
  const { assignedTo } = await getMessage(caller.ctx, id);
  return { id, to: assignedTo ?? HUMAN };
}
