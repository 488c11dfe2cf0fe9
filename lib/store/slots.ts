import type { Collections } from './collections';

/**
 * A type's concurrency as numbered slots, each held by the dispatch that names it (unique index): the limit is
 * structural, survives kill -9, and needs no counter that could drift. Numbers are padded so that slots sort by them.
 */
export const slotName = (tenantId: string, agentType: string, k: number): string =>
  `${tenantId}/${agentType}#${String(k).padStart(5, '0')}`;

/** All names of a type's slots lie from the first up to the second. */
const slotRange = (tenantId: string, agentType: string): [string, string] => [
  `${tenantId}/${agentType}#`,
  `${tenantId}/${agentType}$`,
];

export function countTakenSlots(c: Collections, tenantId: string, agentType: string): Promise<number> {
  const [from, end] = slotRange(tenantId, agentType);
  return c.dispatches.countDocuments({ slot: { $gte: from, $lt: end } });
}

/** Up to this limit they are read for each claim; past it that would cost more than to lose one now and then. */
export const READ_ALL_UP_TO = 8;

export interface SlotQuery {
  tenantId: string;
  agentType: string;
  limit: number;
}

/**
 * Numbers free to take now. While dispatches still run in slots above a limit that was lowered, only so many from the
 * bottom are given out that all of those taken leave the limit kept, so claimers cannot pass it between them.
 */
export async function freeSlots(c: Collections, { tenantId, agentType, limit }: SlotQuery): Promise<number[]> {
  const [prefix, end] = slotRange(tenantId, agentType);
  const rows = await c.dispatches
    .find({ slot: { $gte: prefix, $lt: end } }, { projection: { _id: 0, slot: 1 } })
    .toArray();
  const taken = new Set(rows.map(row => Number(row.slot!.slice(prefix.length))));
  const open = openBelow(taken, limit);
  return Array.from({ length: open }, (_, k) => k).filter(k => !taken.has(k));
}

/** With every slot below it taken, and those that run from it up, there are no more than the limit. It only grows as these end. */
function openBelow(taken: ReadonlySet<number>, limit: number): number {
  let open = limit;
  let above = [...taken].filter(k => k >= limit).length;
  for (; open > 0 && open + above > limit; open -= 1) if (taken.has(open - 1)) above += 1;
  return open;
}
