import { steadyClock } from '@/lib/kernel/clock';
import { isAlive, isSameSession, type Session } from './session';
import type { Held, OpenDispatch, SkillState } from './state';

/**
 * A session gives what it was printed to agents in the same turn: it has to write out each prompt, and a busy model may be
 * asked again for minutes. Past this it has forgotten it: its conversation was compacted, or a person stopped the turn.
 */
const CALL_WITHIN_MS = 600_000;

/** Its hooks work, also for the calls to come. */
export function noteHooked(state: SkillState, session: Session): void {
  state.hookedSessions = [...(state.hookedSessions ?? []).filter(one => isAlive(one)), session];
}

export const isHooked = ({ hookedSessions = [] }: SkillState, session: Session): boolean =>
  hookedSessions.some(one => isSameSession(one, session));

/** Whether it was given to an agent; null where no hook would tell. */
export const isCalled = ({ hooked, called, epoch }: OpenDispatch): boolean | null =>
  hooked === true ? called === epoch : null;

/** Work that was printed and that no agent does, as time goes by; the wall's clock may be set meanwhile. */
export class ForgottenWork {
  #sinceMs = new Map<string, number>();

  among(held: readonly Held[], nowMs = steadyClock.now()): Held[] {
    const uncalled = held.filter(
      ([, one]) => one.phase === 'running' && one.printer === undefined && isCalled(one) === false,
    );
    this.#sinceMs = new Map(uncalled.map(one => [nameOf(one), this.#sinceOf(one) ?? nowMs]));
    return uncalled.filter(one => nowMs - (this.#sinceOf(one) ?? nowMs) >= CALL_WITHIN_MS);
  }

  #sinceOf = (one: Held): number | undefined => this.#sinceMs.get(nameOf(one));
}

const nameOf = ([id, { epoch }]: Held): string => `${id}:${epoch}`;
