import type { Collections } from '../../store/collections';
import type { ObjectId } from '../../store/documents';
import { findLaneHeads, WORK_WORDS, type DueItem } from '../../store/work-items';

/** Clocks of this process and the database may differ by this much before a head is tried too late. */
export const CLOCK_SLACK_MS = 50;

/** One item a lane, its first; lanes in the order of their most urgent due item. */
export async function headsOf(c: Collections, due: DueItem[]): Promise<DueItem[]> {
  const lanes = new Map<string, ObjectId>();
  for (const { item } of due) lanes.set(item.lane.toHexString(), item.lane);
  if (lanes.size === 0) return [];
  const heads = await findLaneHeads(c, [...lanes.values()]);
  const nowMs = Date.now();
  return [...lanes.keys()]
    .map(lane => heads.get(lane))
    .filter(
      (head): head is DueItem =>
        head !== undefined &&
        head.item.status === WORK_WORDS[head.kind].due &&
        // Back-off at the head holds the lane. The rows came by the database's clock; this one only spares a try.
        head.item.availableAt.getTime() <= nowMs + CLOCK_SLACK_MS,
    );
}
