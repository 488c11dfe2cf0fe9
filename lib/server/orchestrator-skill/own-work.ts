import { ancestorsOf, isAlive, thisSession } from './session';
import type { SkillState } from './state';

/**
 * The state without what other living sessions of this project hold: their agents are not ours to stop, to hand in or
 * to give back. A session that is gone has nobody else to clear up after it. Whatever runs above this script counts as
 * this session, for a host may start scripts at different depths.
 */
export function ownWork(): (state: SkillState) => SkillState {
  const own = new Set([thisSession().pid, ...ancestorsOf(process.pid).map(({ pid }) => pid)]);
  return state => ({
    ...state,
    dispatches: Object.fromEntries(
      Object.entries(state.dispatches).filter(([, { session }]) => !isAlive(session) || own.has(session.pid)),
    ),
  });
}
