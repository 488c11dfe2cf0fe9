import type { Collections } from '../../store/collections';
import type { ObjectId } from '../../store/documents';
import { findLaneHeads, WORK_WORDS, type DueItem } from '../../store/work-items';

/** One item a lane, its first; lanes in the order of their most urgent due item. */
export async function headsOf(c: Collections, due: DueItem[]): Promise<DueItem[]> {
  const lanes = new Map<string, ObjectId>();
  for (const { item } of due) lanes.set(item.lane.toHexString(), item.lane);
  if (lanes.size === 0) return [];
  const heads = await findLaneHeads(c, [...lanes.values()]);
  // Back-off at the head holds the lane.
  return [...lanes.keys()].flatMap(lane => {
    const head = heads.get(lane);
    return head?.isAvailable && head.item.status === WORK_WORDS[head.kind].due ? [head] : [];
  });
}
