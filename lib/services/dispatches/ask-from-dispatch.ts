import { invalidField } from '../../domain/errors';
import { bodyId } from '../../store/ids';
import { requireDispatch, requireWriter, type Caller } from '../identity/caller';
import { askQuestion, type Question } from './ask';

export interface Asked {
  questionId: string;
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
  return askQuestion(caller.ctx.plane, dispatch, question, recordId === undefined ? undefined : bodyId('recordId', recordId));
}
