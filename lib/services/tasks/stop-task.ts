import { requestCancel } from '../../store/dispatches';
import type { ObjectId, TaskDocument } from '../../store/documents';
import { changeIdleTask, findTask } from '../../store/tasks';
import type { Plane } from '../context';
import { settleDispatch } from '../dispatches/settle';

/** Nobody has it in these, and it may still count for something; in the others a dispatch has it, which is asked to stop. */
const IDLE: TaskDocument['status'][] = ['pending', 'ready', 'held', 'dead', 'incomplete'];
const HAD: TaskDocument['status'][] = ['running', 'waiting', 'blocked'];

export interface Stopping {
  row: TaskDocument | null;
  /** False: it was over before. */
  isStopped: boolean;
}

/** Closes new claims at once; one that runs is asked to stop, one that waits has nobody to ask and ends. Repeatable. */
export async function stopTask(plane: Plane, tenantId: string, id: ObjectId, reason: string): Promise<Stopping> {
  const c = plane.collections;
  const idle = await changeIdleTask(c, tenantId, id, IDLE, { status: 'cancelled', reason: { $literal: reason } });
  const row = idle ?? (await findTask(c, tenantId, id));
  if (!row || idle || row.status === 'cancelled') return { row, isStopped: row !== null };
  if (row.dispatchId === null || !HAD.includes(row.status)) return { row, isStopped: false };
  const dispatch = await requestCancel(c, tenantId, row.dispatchId);
  if (dispatch?.status === 'cancelled') await settleDispatch(plane, dispatch);
  return { row, isStopped: true };
}
