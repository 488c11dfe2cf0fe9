import type { Document, Filter } from 'mongodb';
import type { Collections } from './collections';
import type { DispatchDocument } from './documents';
import { updateHeldWork, WORK_WORDS, workCollection, type WorkDocument, type WorkKind } from './work-items';

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
      // A driver may have written an expression there.
      'ledger.firstHeartbeatAt': { $literal: dispatch.firstHeartbeatAt ?? null },
      'ledger.doneAt': { $literal: dispatch.endedAt ?? null },
    },
  });
}

/** Where work ends up that stands still until a person does something. */
const STANDS_STILL: Record<WorkKind, string[]> = { message: ['dead', 'loop-stopped'], task: ['dead', 'incomplete'] };

/** Work that stands still is due again; attempts start from nothing, epochs never do. False: it does not stand still. */
export async function redriveWork(
  c: Collections,
  tenantId: string,
  { kind, id }: DispatchDocument['source'],
): Promise<boolean> {
  const again = { status: WORK_WORDS[kind].due, attempts: 0, reason: null, availableAt: '$$NOW' };
  // What an incomplete task handed in stays in its reports.
  const set = kind === 'task' ? { ...again, result: null } : again;
  return moveFrom(c, tenantId, { kind, id }, STANDS_STILL[kind], set);
}

export const cancelDeadWork = (c: Collections, { tenantId, source }: DispatchDocument): Promise<boolean> =>
  moveFrom(c, tenantId, source, ['dead'], { status: 'cancelled', reason: 'cancelled by a person' });

/**
 * Work that nobody has is over, by an output that came late. False: an attempt runs, or ended it before. Says so of the
 * same output again: the work tells what ended it, so that whoever died after this write goes on from here.
 */
export async function acceptWork(
  c: Collections,
  { _id, source, tenantId }: DispatchDocument,
  epoch: number,
  set: Document,
): Promise<boolean> {
  const { due, held } = WORK_WORDS[source.kind];
  const acceptedFrom = { dispatchId: _id, epoch };
  const isEnded = await moveFrom(c, tenantId, source, ['dead', 'cancelled', 'unroutable', due, held], {
    reason: null,
    ...set,
    acceptedFrom: { $literal: acceptedFrom },
    'ledger.doneAt': '$$NOW',
  });
  if (isEnded) return true;
  const ended = { _id: source.id, tenantId, status: { $in: ['done', 'incomplete'] }, acceptedFrom };
  return (await workCollection(c, source.kind).countDocuments(ended as Filter<WorkDocument>, { limit: 1 })) === 1;
}

async function moveFrom(
  c: Collections,
  tenantId: string,
  { kind, id }: DispatchDocument['source'],
  statuses: string[],
  set: Document,
): Promise<boolean> {
  const filter = { _id: id, tenantId, status: { $in: statuses }, deletedAt: { $exists: false } };
  const result = await workCollection(c, kind).updateOne(filter as Filter<WorkDocument>, [
    { $set: { ...set, updatedAt: '$$NOW' } },
  ]);
  return result.matchedCount === 1;
}
