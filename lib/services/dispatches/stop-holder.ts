import { requestCancel } from '../../store/dispatches';
import { findDispatch } from '../../store/dispatches-read';
import type { DispatchDocument, ObjectId } from '../../store/documents';
import type { Plane } from '../context';
import { settleDispatch } from './settle/settle';
import { freeOrphan } from './sweep';

/** An item that changes hands more often than this while it is being cancelled is told to be busy. */
export const CANCEL_TRIES = 3;

/**
 * Asks whoever has a work item to stop. False: nobody was asked, and it is to be looked at again. Its dispatch had ended
 * and what that means is written now, so the item stands elsewhere; a stop must not be lost between an end and its
 * effects. Or it does not stand yet.
 */
export async function stopHolder(
  plane: Plane,
  tenantId: string,
  source: DispatchDocument['source'],
  dispatchId: ObjectId,
): Promise<boolean> {
  const c = plane.collections;
  const asked = await requestCancel(c, tenantId, dispatchId);
  if (asked) {
    if (asked.status === 'cancelled') await settleDispatch(plane, asked);
    return true;
  }
  const row = await findDispatch(c, tenantId, dispatchId);
  if (row?.status === 'cancelling') return true;
  if (row && !row.settled) await settleDispatch(plane, row);
  // Not there: its claim is between its writes, and would go on unasked; or it is lost, and the item is free once a claim
  // cannot take that long.
  else await freeOrphan(plane, tenantId, source);
  return false;
}
