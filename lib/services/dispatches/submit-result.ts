import type { Caller } from '../identity/caller';
import { redactDeliverables, requireDistinctNames } from '../tasks/deliverables';
import { finishDispatch, type Finish, type Finished } from './finish-dispatch';

/** Ends the work with its output and what it was to deliver. `recordId` is to be that of the report. */
export async function submitResult(caller: Caller, result: Finish, recordId?: string): Promise<Finished> {
  const deliverables = result.deliverables && redactDeliverables(result.deliverables);
  requireDistinctNames(deliverables ?? []);
  return finishDispatch(caller, { ...result, deliverables }, recordId);
}
