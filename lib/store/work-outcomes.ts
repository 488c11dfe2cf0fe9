import type { Document } from 'mongodb';
import type { Collections } from './collections';
import type { DispatchDocument } from './documents';
import { updateHeldWork, WORK_WORDS, workCollection } from './work-items';

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

/** Dead work is due again; attempts start from nothing, epochs never do. */
export async function redriveWork(c: Collections, dispatch: DispatchDocument): Promise<boolean> {
  const { kind, id } = dispatch.source;
  const result = await workCollection(c, kind).updateOne({ _id: id, status: 'dead' }, [
    {
      $set: { status: WORK_WORDS[kind].due, attempts: 0, reason: null, availableAt: '$$NOW', updatedAt: '$$NOW' },
    },
  ]);
  return result.matchedCount === 1;
}
