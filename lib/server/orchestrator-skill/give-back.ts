import type { ScriptContext } from './script';
import { isAlive } from './session';
import { forget, park, type Held, type OpenDispatch, type SkillState } from './state';

type Context = Pick<ScriptContext, 'calls' | 'state'>;

/** With nobody at work on it: free at once, no attempt spent, instead of at the end of its lease. */
export async function giveBack({ calls, state }: Context, nobodys: readonly Held[]): Promise<void> {
  for (const [id, { epoch }] of nobodys) {
    const released = await calls.release(id, epoch).catch(() => undefined);
    await state.update(current => (released?.status === 'waiting' ? park : forget)(current, id, epoch));
  }
}

/** Claimed by a `next` that ended before its output was out: no session was ever told of it. */
export const isUnprinted = ({ phase, printer, handed, epoch }: OpenDispatch): boolean =>
  // One whose agent was given its prompt was printed, whatever came between that and the note of it.
  phase === 'running' && printer !== undefined && !isAlive(printer) && handed !== epoch;

export const unprinted = ({ dispatches }: SkillState): Held[] =>
  Object.entries(dispatches).filter(([, held]) => isUnprinted(held));
