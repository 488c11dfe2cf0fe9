import type { Document } from 'mongodb';
import type { Collections } from './collections';
import type { DispatchDocument } from './documents';
import { updateHeldWork } from './work-items';

/** The work item's own end, with the ledger times the dispatch knows. */
export function markWorkDone(c: Collections, dispatch: DispatchDocument, set: Document): Promise<boolean> {
  return updateHeldWork(c, {
    kind: dispatch.source.kind,
    id: dispatch.source.id,
    dispatchId: dispatch._id,
    epoch: dispatch.epoch,
    set: {
      reason: null,
      ...set,
      'ledger.firstHeartbeatAt': dispatch.firstHeartbeatAt,
      'ledger.doneAt': dispatch.endedAt,
    },
  });
}
