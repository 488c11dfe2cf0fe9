import { createHash } from 'node:crypto';
import { ageMs } from '@/lib/kernel/clock';
import type { AgentTurns, OpenDispatch, SkillState } from './state';

/** Its layout changes on the way through a model; its words do not. */
export const fingerprint = (text: string): string =>
  createHash('sha256').update(text.replace(/\s+/g, ' ').trim()).digest('base64url').slice(0, 16);

/** The agent was given the prompt of the epoch that is held now. */
export function noteHanded(state: SkillState, id: string, agent: string): void {
  const held = state.dispatches[id];
  if (held) Object.assign(held, { agent, handed: held.epoch } satisfies AgentTurns);
}

/** The prompt of the epoch that is held now waits for the agent; one whose turn is over by now has begun the next with it. */
export function noteQueued(state: SkillState, id: string): void {
  const held = state.dispatches[id];
  if (held?.handed === undefined) return;
  if (held.ended?.epoch === held.handed) held.handed = held.epoch;
  else held.queued = held.epoch;
}

/** What waited for the agent has reached it. */
export function noteDelivered(held: AgentTurns): void {
  if (held.queued === undefined) return;
  held.handed = held.queued;
  delete held.queued;
}

/** The agent came to the end of a turn; whose, and under which epoch. Null: it is nobody's that we know of. */
export function noteEnded(state: SkillState, agent: string, text: string): { id: string; epoch: number } | null {
  const [id, held] = Object.entries(state.dispatches).find(([, one]) => one.agent === agent) ?? [];
  if (id === undefined || held === undefined) return null;
  const epoch = held.handed ?? held.epoch;
  held.ended = { epoch, said: fingerprint(text), atMs: Date.now() };
  noteDelivered(held);
  return { id, epoch };
}

/** The turn that was handed last has ended, and another was claimed since: an end that comes now is of that one, mostly. */
export const isTurnUntold = ({ epoch, handed, ended }: OpenDispatch): boolean =>
  handed !== undefined && handed < epoch && ended?.epoch === handed;

/** Agents that ended, and nobody handed in what they said; `minMs`: so long ago. */
export const toHandIn = ({ dispatches }: SkillState, minMs = 0): { id: string }[] =>
  Object.entries(dispatches).flatMap(([id, { phase, epoch, ended }]) =>
    phase === 'running' && ended?.epoch === epoch && ageMs(ended.atMs, Date.now()) >= minMs ? [{ id }] : [],
  );

/** What is to be handed in was said before the dispatch was resumed: it is no result. */
export function isOfEarlierTurn({ epoch, handed, ended }: OpenDispatch, text: string): boolean {
  if (handed === undefined) return false;
  if (handed < epoch) return true;
  return ended !== undefined && ended.epoch < epoch && ended.said === fingerprint(text);
}
