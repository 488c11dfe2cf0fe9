import type { ObjectId } from '../../store/documents';
import type { Plane } from '../context';
import { adoptTask } from '../tasks/adopt-task';
import { adoptRawMessage } from './adopt-message';

/** The stream's wake-up and the claim it causes come a millisecond apart: the second waits for the first's writes. */
const underWay = new WeakMap<Plane, Map<string, Promise<void>>>();

/** Before a claim by id, and at the event: the doorbell may be quicker than whoever adopts. */
export function adoptWork(plane: Plane, kind: 'message' | 'task', id: ObjectId): Promise<void> {
  const ofPlane = underWay.get(plane) ?? new Map<string, Promise<void>>();
  underWay.set(plane, ofPlane);
  const key = id.toHexString();
  const begun = ofPlane.get(key);
  if (begun) return begun;
  const adoption = (kind === 'message' ? adoptRawMessage(plane, id) : adoptTask(plane, id)).finally(() =>
    ofPlane.delete(key),
  );
  ofPlane.set(key, adoption);
  return adoption;
}
