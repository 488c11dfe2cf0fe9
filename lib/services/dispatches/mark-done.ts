import { invalidField } from '../../domain/errors';
import { findMessage } from '../../store/messages';
import { requireDispatch, type Caller } from '../identity/caller';
import { finishDispatch, type Finished } from './finish-dispatch';

/** Ends the work; the output, where there is one, becomes the reply. `recordId` is to be that of a task's report. */
export async function markDone(
  caller: Caller,
  { output = '' }: { output?: string | undefined },
  recordId?: string,
): Promise<Finished> {
  if (output.trim() === '') await refuseSilence(caller);
  return finishDispatch(caller, { output }, recordId);
}

/** Whoever asked stands still until an answer comes: a question may not end without one. */
async function refuseSilence(caller: Caller): Promise<void> {
  const { dispatch } = requireDispatch(caller);
  if (dispatch.source.kind !== 'message' || dispatch.replied || caller.writeRefusal) return;
  const { plane, principal } = caller.ctx;
  const source = await findMessage(plane.collections, principal.tenantId, dispatch.source.id);
  if (source?.kind !== 'question') return;
  throw invalidField(
    'output',
    'got nothing, wants the answer: your work is a question, and whoever asked waits for it',
  );
}
