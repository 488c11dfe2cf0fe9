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

/** Up to this limit all slots are read; past it reading them would cost more than trying numbers at random. */
export const READ_ALL_UP_TO = 8;
const TRIED_AT_RANDOM = 128;

export interface SlotQuery {
  tenantId: string;
  agentType: string;
  limit: number;
  /** After a number tried at random was taken: then the few that are free must be known. */
  readAll: boolean;
  /** Known lately: nothing runs above the limit (`hasNoneAbove`). */
  noneAbove: boolean;
  random: () => number;
}

/** Whether no dispatch runs in a slot above this limit: there are some for a while after it was lowered. */
export async function hasNoneAbove(
  c: Collections,
  { tenantId, agentType, limit }: Pick<SlotQuery, 'tenantId' | 'agentType' | 'limit'>,
): Promise<boolean> {
  const slot = { $gte: slotName(tenantId, agentType, limit), $lt: slotRange(tenantId, agentType)[1] };
  return (await c.dispatches.findOne({ slot }, { projection: { _id: 1 } })) === null;
}

/**
 * Numbers free to take now. While dispatches still run in slots above a limit that was lowered, as many fewer of the
 * numbers below it are given out, counted from the bottom, so two claimers cannot pass the limit between them.
 */
export async function freeSlots(
  c: Collections,
  { tenantId, agentType, limit, readAll, noneAbove, random }: SlotQuery,
): Promise<number[]> {
  const [prefix, end] = slotRange(tenantId, agentType);
  const read = async (from: string): Promise<number[]> => {
    const rows = await c.dispatches
      .find({ slot: { $gte: from, $lt: end } }, { projection: { _id: 0, slot: 1 } })
      .toArray();
    return rows.map(row => Number(row.slot!.slice(prefix.length)));
  };
  if (limit > READ_ALL_UP_TO && !readAll) {
    // Candidates, not facts: one that is taken loses on the unique index and the next is tried.
    const above = noneAbove ? 0 : (await read(slotName(tenantId, agentType, limit))).length;
    const open = limit - above;
    return open <= 0 ? [] : Array.from({ length: TRIED_AT_RANDOM }, () => Math.floor(random() * open));
  }
  const taken = new Set(await read(prefix));
  const above = [...taken].filter(k => k >= limit).length;
  const numbers: number[] = [];
  for (let k = 0; k < limit - above; k += 1) if (!taken.has(k)) numbers.push(k);
  return numbers;
}
