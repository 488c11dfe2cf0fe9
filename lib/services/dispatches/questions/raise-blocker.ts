import type { Caller } from '../../identity/caller';
import { askFromDispatch, type Asked } from './ask-from-dispatch';

export interface Blocker {
  reason: string;
  needs: string;
}

/** Stops a dispatch until somebody supplies what it needs: a question whose answer is that. */
export const raiseBlocker = (caller: Caller, { reason, needs }: Blocker, recordId?: string): Promise<Asked> =>
  askFromDispatch(caller, { question: `Blocked: ${reason}\n\nNeeds: ${needs}`, blocker: { reason, needs } }, recordId);
