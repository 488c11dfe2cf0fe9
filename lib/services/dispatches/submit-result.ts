import { invalidField } from '../../domain/errors';
import type { Caller } from '../identity/caller';
import { finishDispatch, type Finish, type Finished } from './finish-dispatch';

/** Ends the work with its output and what it was to deliver. `recordId` is to be that of the report. */
export async function submitResult(caller: Caller, result: Finish, recordId?: string): Promise<Finished> {
  const names = (result.deliverables ?? []).map(({ name }) => name);
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (twice !== -1)
    throw invalidField(`deliverables.${twice}.name`, `got '${names[twice]}' twice, wants each name once`);
  return finishDispatch(caller, result, recordId);
}
