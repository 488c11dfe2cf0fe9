import { markAskedOf } from '../../../store/dispatch-questions';
import type { DispatchDocument } from '../../../store/documents';
import { updateHeldWork } from '../../../store/work-items';
import type { Plane } from '../../context';
import { reasonOf } from '../settle/wait-reason';

/** Its question stands with somebody else now, and what waits for the answer says so. Repeatable. */
export async function askInstead(plane: Plane, dispatch: DispatchDocument, to: string): Promise<void> {
  const { question, source, _id: dispatchId, epoch } = dispatch;
  if (!question) return;
  const c = plane.collections;
  const reason = { $literal: reasonOf({ ...question, to, hold: null }) };
  await updateHeldWork(c, { kind: source.kind, id: source.id, dispatchId, epoch, set: { reason } });
  await markAskedOf(c, dispatch, to);
  plane.log.info({ dispatchId: String(dispatchId), from: question.to, to }, 'a question went to somebody else');
}
