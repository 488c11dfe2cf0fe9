import type { ObjectId, TaskDocument } from '../../store/documents';
import { changeIdleTask, findTask } from '../../store/tasks';
import type { Plane } from '../context';
import { CANCEL_TRIES, stopHolder } from '../dispatches/stop-holder';

/** Nobody has it in these, and it may still count for something; in the others a dispatch has it, which is asked to stop. */
const IDLE: TaskDocument['status'][] = ['pending', 'ready', 'held', 'dead', 'incomplete'];
const HAD: TaskDocument['status'][] = ['running', 'waiting', 'blocked'];

export interface Stopping {
  row: TaskDocument | null;
  /** False: it was over before, or `isMoving`. */
  isStopped: boolean;
  /** It changed hands each time it was looked at, and may be running. */
  isMoving?: boolean;
}

/** Closes new claims at once; one that runs is asked to stop, one that waits has nobody to ask and ends. Repeatable. */
export async function stopTask(plane: Plane, tenantId: string, id: ObjectId, reason: string): Promise<Stopping> {
  const c = plane.collections;
  let row: TaskDocument | null = null;
  for (let attempt = 0; attempt < CANCEL_TRIES; attempt += 1) {
    const idle = await changeIdleTask(c, tenantId, id, IDLE, { status: 'cancelled', reason: { $literal: reason } });
    row = idle ?? (await findTask(c, tenantId, id));
    if (!row || idle || row.status === 'cancelled') return { row, isStopped: row !== null };
    if (row.dispatchId === null || !HAD.includes(row.status)) return { row, isStopped: false };
    if (await stopHolder(plane, tenantId, { kind: 'task', id }, row.dispatchId)) return { row, isStopped: true };
  }
  return { row, isStopped: false, isMoving: true };
}
