import { ObjectId } from 'mongodb';
import type { Collections } from './collections';

/** More running at once than this in one tenant, and a claim may try a busy lane and lose: slower, never wrong. */
const MOST_LANES = 5_000;

/** Lanes that run now: a claim skips their items instead of losing the race for them. */
export async function busyLanes(c: Collections, tenantId: string): Promise<ObjectId[]> {
  const rows = await c.dispatches
    .find(
      { tenantId, status: { $in: ['running', 'cancelling'] }, lane: { $exists: true } },
      { projection: { lane: 1 } },
    )
    .limit(MOST_LANES)
    .toArray();
  return rows.map(row => row.lane!).filter(lane => lane instanceof ObjectId);
}

/** Which of these a dispatch stands in, by hex id. */
export async function findTakenLanes(c: Collections, lanes: ObjectId[]): Promise<Set<string>> {
  const rows = await c.dispatches
    .find({ lane: { $in: lanes, $exists: true } }, { projection: { _id: 0, lane: 1 } })
    .toArray();
  return new Set(rows.map(row => String(row.lane)));
}
