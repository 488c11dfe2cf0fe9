import { findMovedThreads, markMoved, moveThreadRecords } from '../../store/threads';
import type { Plane } from '../context';
import { warnOnce } from '../warn-once';

/** A pass handles this much and the next goes on. */
const BATCH = 100;

/**
 * A thread that was moved: what still hangs where it hung comes along, once more after a while, for its process may have
 * died in between, and what was being written meanwhile was written for the place it had. Repeatable, by any process.
 */
export async function sweepMoved(plane: Plane): Promise<number> {
  const c = plane.collections;
  const moved = await findMovedThreads(c, BATCH);
  for (const thread of moved) {
    try {
      // Of a move before there could be more than one it is a single id.
      await moveThreadRecords(c, thread, [thread.moved!.from].flat());
      await markMoved(c, thread);
    } catch (error) {
      // One that cannot be moved holds up no other.
      warnOnce(plane, error, { threadId: String(thread._id) }, 'a moved thread was not seen to yet');
    }
  }
  return moved.length;
}
