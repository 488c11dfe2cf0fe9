import type { Collections } from './collections';

/**
 * A type's concurrency as numbered slots, each held by the dispatch that names it (unique index): the limit is
 * structural, survives kill -9, and needs no counter that could drift.
 */
export const slotName = (tenantId: string, agentType: string, k: number): string => `${tenantId}/${agentType}#${k}`;

/**
 * Numbers free to take now. While dispatches still run in slots above a limit that was lowered, as many fewer of the
 * numbers below it are given out, counted from the bottom, so two claimers cannot pass the limit between them.
 */
export async function freeSlots(c: Collections, tenantId: string, agentType: string, limit: number): Promise<number[]> {
  const prefix = `${tenantId}/${agentType}#`;
  const rows = await c.dispatches
    .find({ slot: { $gte: prefix, $lt: `${tenantId}/${agentType}$` } }, { projection: { _id: 0, slot: 1 } })
    .toArray();
  const taken = new Set(rows.map(row => Number(row.slot!.slice(prefix.length))));
  const above = [...taken].filter(k => k >= limit).length;
  const free: number[] = [];
  for (let k = 0; k < limit - above; k += 1) if (!taken.has(k)) free.push(k);
  return free;
}
