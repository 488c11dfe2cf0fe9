import type { Collections } from '../../store/collections';
import { findLaneHeads, WORK_WORDS, type DueItem } from '../../store/work-items';

/** Clocks of this process and the database may differ by this much before a head is tried too late. */
export const CLOCK_SLACK_MS = 50;

/** Nothing stands before it in its lane, so it is the first without a look. */
export const FIRST_SEQ = 1;

/** One item a lane, its first; lanes in the order of their most urgent due item. */
export async function headsOf(c: Collections, due: DueItem[]): Promise<DueItem[]> {
  const lanes = new Map<string, DueItem>();
  for (const one of due) {
    const lane = one.item.lane.toHexString();
    const known = lanes.get(lane);
    if (!known || one.item.seq < known.item.seq) lanes.set(lane, one);
  }
  const unsure = [...lanes.values()].filter(({ item }) => item.seq > FIRST_SEQ).map(({ item }) => item.lane);
  const found = unsure.length > 0 ? await findLaneHeads(c, unsure) : new Map<string, DueItem>();
  const nowMs = Date.now();
  return [...lanes]
    .map(([lane, first]) => (first.item.seq <= FIRST_SEQ ? first : found.get(lane)))
    .filter(
      (head): head is DueItem =>
        head !== undefined &&
        head.item.status === WORK_WORDS[head.kind].due &&
        // Back-off at the head holds the lane. The rows came by the database's clock; this one only spares a try.
        head.item.availableAt.getTime() <= nowMs + CLOCK_SLACK_MS,
    );
}
