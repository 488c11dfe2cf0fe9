import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { isControlPlaneError } from '@/lib/domain/errors';
import type { ScriptContext } from './script';
import { forget, type OpenDispatch, type Phase, type SkillState } from './state';

type Context = Pick<ScriptContext, 'calls' | 'consumer' | 'isNamed' | 'state'>;

/** A claim under way, in another script, writes what it got into the state file within this. */
const WRITTEN_WITHIN_MS = 5_000;

/**
 * Brings the state file and the plane together: what ended elsewhere is forgotten, and what the plane says we hold but
 * nobody here knows of is given back, spending no attempt: where the name is this folder's alone, for it may be a
 * namesake's work else. Returns the plane's view of what is open.
 */
export async function reconcile(context: Context): Promise<DispatchRecord[]> {
  const { calls, consumer, state } = context;
  const pages = await Promise.all(
    (['running', 'waiting', 'cancelling'] as const).map(status => calls.list({ consumer, status, limit: 200 })),
  );
  const open = pages.flatMap(page => page.items);
  const known = state.read().dispatches;
  for (const [id, held] of Object.entries(known)) {
    const record = open.find(one => one.id === id) ?? (await look(context, id));
    const phase = phaseOf(held, record);
    if (phase === null) continue;
    await state.update(current => {
      const now = current.dispatches[id];
      if (phase === 'over') forget(current, id, held.epoch);
      // A stop is never taken back: the record is from before it. The beat tells of each once.
      else if (now?.epoch === held.epoch && !(now.phase === 'cancel' && phase === 'running')) now.phase = phase;
    });
  }
  await giveBack(
    context,
    open.filter(one => one.status === 'running' && isUnknown(known, one)),
  );
  return open;
}

/** By no clock's word of when they were claimed: the plane's may be far from ours. */
async function giveBack({ calls, state, isNamed }: Context, strays: DispatchRecord[]): Promise<void> {
  if (strays.length === 0 || isNamed) return;
  await new Promise(resolve => setTimeout(resolve, WRITTEN_WITHIN_MS));
  const known = state.read().dispatches;
  for (const { id, epoch } of strays.filter(stray => isUnknown(known, stray))) {
    await calls.release(id, epoch).catch(leaveRefused);
  }
}

/** Over since it was listed: no reason to leave the others. */
function leaveRefused(error: unknown): void {
  if (!isControlPlaneError(error) || error.retry !== 'never') throw error;
}

/** Nobody wrote down this turn; of one that was resumed, the turn before its wait at most. */
const isUnknown = (known: SkillState['dispatches'], { id, epoch }: DispatchRecord): boolean =>
  (known[id]?.epoch ?? 0) < epoch;

async function look({ calls }: Context, id: string): Promise<DispatchRecord | null> {
  try {
    return await calls.find(id);
  } catch (error) {
    if (isControlPlaneError(error, 'not-found')) return null;
    throw error;
  }
}

/**
 * over: it ended as it should, so nobody has to be stopped. Null: a record from before the claim that is held, which
 * another script wrote down since the plane was asked; it says nothing of this one.
 */
export function phaseOf(held: OpenDispatch, record: DispatchRecord | null): Phase | 'over' | null {
  if (record === null) return 'over';
  if (record.epoch < held.epoch) return null;
  if (record.epoch > held.epoch) return 'lost';
  switch (record.status) {
    case 'running':
      return 'running';
    case 'waiting':
      return 'waiting';
    case 'cancelling':
      return 'cancel';
    case 'done':
    case 'failed':
    case 'released':
      return 'over';
    case 'cancelled':
    case 'lapsed':
    case 'unresponsive':
      return 'lost';
  }
}
