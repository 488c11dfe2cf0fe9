import type { Message } from '../../domain/message/schema';
import type { Task } from '../../domain/task/schema';
import { findDispatch } from '../../store/dispatches-read';
import { bodyId } from '../../store/ids';
import type { Plane } from '../context';

type Work = Pick<Message | Task, 'tenantId' | 'dispatchId' | 'epoch' | 'ledger'>;

/**
 * A heartbeat writes its dispatch alone; into the work's ledger the first one comes with the outcome. Whoever looks at one
 * record in between, or at work that died, is shown it from there.
 */
export async function withFirstHeartbeat<R extends Work>({ collections }: Plane, record: R): Promise<R> {
  const { tenantId, dispatchId, epoch, ledger } = record;
  if (dispatchId === null || ledger.firstHeartbeatAt !== null || ledger.doneAt !== null) return record;
  const dispatch = await findDispatch(collections, tenantId, bodyId('dispatchId', dispatchId));
  // A driver may have written anything over it.
  if (dispatch?.epoch !== epoch || !(dispatch.firstHeartbeatAt instanceof Date)) return record;
  return { ...record, ledger: { ...ledger, firstHeartbeatAt: dispatch.firstHeartbeatAt.toISOString() } };
}
