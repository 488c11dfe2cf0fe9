import { createHash } from 'node:crypto';
import { ageMs } from '@/lib/kernel/clock';
import type { AgentTurns, OpenDispatch, SkillState } from './state';

/** Its layout changes on the way through a model; its words do not. */
export const fingerprint = (text: string): string =>
  createHash('sha256').update(text.replace(/\s+/g, ' ').trim()).digest('base64url').slice(0, 16);

/** `text`: what a call gives an agent. Under whatever name it does, the prompt of a dispatch holds its id, its tools the key. */
const isCallFor = (text: string, id: string, { epoch, called, key }: OpenDispatch): boolean =>
  called !== epoch && (text.includes(id) || text.includes(key));

export const isCall = ({ dispatches }: SkillState, text: string): boolean =>
  Object.entries(dispatches).some(([id, held]) => isCallFor(text, id, held));

/** The session gives these dispatches to their agents. */
export function noteCalled({ dispatches }: SkillState, text: string): void {
  for (const [id, held] of Object.entries(dispatches)) if (isCallFor(text, id, held)) held.called = held.epoch;
}

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
  if (isOfNextTurn(held)) held.handed = held.epoch;
  const epoch = held.handed ?? held.epoch;
  held.ended = { epoch, said: fingerprint(text), atMs: Date.now() };
  noteDelivered(held);
  return { id, epoch };
}

/**
 * A turn ends once: when the one that was handed last has ended, and the session has called for another since, an end is
 * of that other one, however late its start is told.
 */
const isOfNextTurn = ({ epoch, called, handed, ended }: OpenDispatch): boolean =>
  handed !== undefined && handed < epoch && called === epoch && ended?.epoch === handed;

/** The session called for agents that the client has not named yet. */
export const awaitsAgent = ({ dispatches }: SkillState): boolean =>
  Object.values(dispatches).some(({ epoch, called, handed }) => called === epoch && handed !== epoch);

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
