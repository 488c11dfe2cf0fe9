import type { Collections } from '../../../store/collections';
import { hex } from '../../../store/ids';
import { findLaneHeads, WORK_WORDS, type DueItem } from '../../../store/work-items';
import type { Plane } from '../../context';

const FIRST_SEQ = 1;

/** Nothing stands before it in its lane, and it was never tried, so it is in no back-off: no look is needed. */
export const isSurelyFirst = ({ item }: DueItem): boolean => item.seq <= FIRST_SEQ && item.attempts === 0;

/**
 * The message that opened its thread was inserted raw and nobody took it up yet: it comes first, and the database does not
 * tell that it stands in this lane.
 */
export const isBehindRaw = ({ adoption }: Plane, { item }: DueItem): boolean =>
  !item._id.equals(item.lane) && adoption.has(hex(item.lane));

/** `rankAt`: of the most urgent due item in its lane, which may be another. */
export interface Head extends DueItem {
  rankAt: Date;
}

/** One item a lane, its first; lanes in the order of their most urgent due item, as `due` is. */
export async function headsOf(c: Collections, due: DueItem[]): Promise<Head[]> {
  const ranks = new Map<string, Date>();
  const lanes = new Map<string, DueItem>();
  for (const one of due) {
    const lane = one.item.lane.toHexString();
    const known = lanes.get(lane);
    if (!known) ranks.set(lane, one.item.rankAt);
    if (!known || one.item.seq < known.item.seq) lanes.set(lane, one);
  }
  const unsure = [...lanes.values()].filter(one => !isSurelyFirst(one)).map(({ item }) => item.lane);
  const heads = unsure.length > 0 ? await findLaneHeads(c, unsure) : new Map<string, never>();
  return [...lanes].flatMap(([lane, one]) => {
    const rankAt = ranks.get(lane)!;
    if (isSurelyFirst(one)) return [{ ...one, rankAt }];
    const head = heads.get(lane);
    // Back-off at the head holds the lane.
    const isDue = head?.isAvailable && head.item.status === WORK_WORDS[head.kind].due;
    return isDue ? [{ kind: head.kind, item: head.item, rankAt }] : [];
  });
}
