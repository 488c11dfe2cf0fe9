import type { DispatchDocument } from '../../../store/documents';
import { hex } from '../../../store/ids';
import type { Plane } from '../../context';

type Settled = Pick<DispatchDocument, '_id' | 'epoch' | 'status'>;

/** Under way in this process, by dispatch, epoch and outcome; each is gone when it is over. */
const underWay = new WeakMap<Plane, Map<string, Promise<unknown>>>();

const keyOf = ({ _id, epoch, status }: Settled): string => `${hex(_id)}/${epoch}/${status}`;

/** Who comes while it is under way waits for it: two at once would each take a place in the thread for the one reply. */
export const settlingOf = (plane: Plane, dispatch: Settled): Promise<unknown> | undefined =>
  underWay.get(plane)?.get(keyOf(dispatch));

/** Kept until it is over, for others to wait for. Inside it nobody may wait for one of these: it would wait for itself. */
export function shareSettling<T>(plane: Plane, dispatches: Settled[], settling: Promise<T>): Promise<T> {
  const settlings = underWay.get(plane) ?? new Map<string, Promise<unknown>>();
  underWay.set(plane, settlings);
  const keys = dispatches.map(keyOf);
  const shared = settling.finally(() => keys.forEach(key => settlings.delete(key)));
  for (const key of keys) settlings.set(key, shared);
  return shared;
}
