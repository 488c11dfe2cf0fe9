import { findHoldsUntold, markHold, type HoldUntold } from '../../../store/dispatch-questions';
import { updateHeldWork } from '../../../store/work-items';
import type { Plane } from '../../context';
import { warnOnce } from '../../warn-once';
import { ANSWERED, reasonOf } from '../settle/wait-reason';

/** A sweep handles this much and goes on in the next. */
const BATCH = 100;

/**
 * Who waits for an agent type says so beside its work, and did so as well while that type was paused or had spent its
 * money and nobody would answer for good: now it says why, until that is over. Repeatable, by any process.
 */
export async function tellHolds(plane: Plane): Promise<number> {
  const found = await findHoldsUntold(plane.collections, BATCH);
  for (const dispatch of found) {
    try {
      await tell(plane, dispatch);
    } catch (error) {
      // One that cannot be told of holds up no other.
      warnOnce(plane, error, { dispatchId: String(dispatch._id) }, 'why a question is held was not told yet');
    }
  }
  return found.length;
}

async function tell({ collections: c }: Plane, dispatch: HoldUntold): Promise<void> {
  const { question, source, _id: dispatchId, epoch, now } = dispatch;
  const say = (reason: string) =>
    updateHeldWork(c, { kind: source.kind, id: source.id, dispatchId, epoch, set: { reason: { $literal: reason } } });
  await say(reasonOf({ ...question, hold: now }));
  // Last: until it is marked, the sweep does all of it again. What was answered meanwhile is not to say that it waits.
  if (!(await markHold(c, dispatch, now))) await say(ANSWERED);
}
