import type { Claim } from '../../../domain/dispatch/schema';
import type { AgentTypeDocument } from '../../../store/documents';
import type { Context } from '../../context';
import type { RawStart } from '../due/candidate';
import { newDispatch, type NewDispatch } from './new-dispatch';
import type { SlotPool } from '../due/slot-pool';

export interface RawClaim {
  ctx: Context;
  claim: Claim;
  candidate: RawStart;
  slots: SlotPool;
}

/** The dispatch it would be, in the slot it tries first. */
export interface RawAttempt extends NewDispatch {
  start: RawClaim;
}

/**
 * Each with a slot of its own: claims that come together and all try the one slot that is free would take up their
 * messages only to give them back. Null: none is free.
 */
export async function prepareRaw(starts: RawClaim[]): Promise<(RawAttempt | null)[]> {
  const pools = new Map<string, SlotPool>();
  const used = new Set<string>();
  const attempts: (RawAttempt | null)[] = [];
  for (const start of starts) {
    const { ctx, claim, candidate, slots } = start;
    const pool = pools.get(ctx.principal.tenantId) ?? slots;
    pools.set(ctx.principal.tenantId, pool);
    const slot = candidate.slot ?? (await takeUnused(pool, candidate.type, used));
    if (slot !== null) used.add(slot);
    attempts.push(slot === null ? null : { ...newDispatch(ctx, claim, candidate, slot), start });
  }
  return attempts;
}

async function takeUnused(pool: SlotPool, type: AgentTypeDocument, used: ReadonlySet<string>): Promise<string | null> {
  let slot = await pool.take(type);
  while (slot !== null && used.has(slot)) slot = await pool.take(type);
  return slot;
}
