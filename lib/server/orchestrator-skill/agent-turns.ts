import { createHash } from 'node:crypto';
import type { OpenDispatch, SkillState } from './state';

/**
 * Which turn of an agent belongs to which epoch, as the client's hooks tell it. A notification of an agent's end names
 * no turn: when the answer to its question comes fast, the end of the turn in which it asked is heard after the next
 * turn has begun, and its last words ('asked') would be handed in as the result.
 */
export interface AgentTurns {
  /** The client's own name for the agent. */
  agent?: string;
  /** The epoch whose prompt it was given last. Absent: no hook ever told us. */
  handed?: number;
  /** The epoch of the last turn that ended, and what it said then, as a fingerprint. */
  ended?: { epoch: number; said: string };
}

/** Its layout changes on the way through a model; its words do not. */
export const fingerprint = (text: string): string =>
  createHash('sha256').update(text.replace(/\s+/g, ' ').trim()).digest('base64url').slice(0, 16);

/** The agent was given the prompt of the epoch that is held now. */
export function noteHanded(state: SkillState, id: string, agent: string): void {
  const held = state.dispatches[id];
  if (held) Object.assign(held, { agent, handed: held.epoch } satisfies AgentTurns);
}

/** The agent came to the end of a turn. False: it is nobody's that we know of. */
export function noteEnded(state: SkillState, agent: string, text: string): boolean {
  const held = Object.values(state.dispatches).find(one => one.agent === agent);
  if (!held) return false;
  held.ended = { epoch: held.handed ?? held.epoch, said: fingerprint(text) };
  return true;
}

/** What is to be handed in was said before the dispatch was resumed: it is no result. */
export function isOfEarlierTurn({ epoch, handed, ended }: OpenDispatch, text: string): boolean {
  if (handed === undefined) return false;
  if (handed < epoch) return true;
  return ended !== undefined && ended.epoch < epoch && ended.said === fingerprint(text);
}
