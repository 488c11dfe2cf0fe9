import type { AgentType } from '@/lib/domain/agent-type/schema';
import type { Stats } from '@/lib/domain/stats/schema';
import { NO_DATA } from '@/app/_ui/duration';

export interface AgentLoad {
  running: number;
  waiting: number;
  held: number;
}

export type AgentLoads = ReadonlyMap<string, AgentLoad>;

/** Of those that were counted: a type that is not among them, such as one that was just made, has no figures yet. */
export const loadsOf = (stats: Stats | undefined): AgentLoads =>
  new Map((stats?.agentTypes ?? []).map(({ slug, running, waiting, held }) => [slug, { running, waiting, held }]));

/** All that waits for a place: what is due, and what is held back. */
export const waitingOf = (load: AgentLoad | undefined): number | undefined => load && load.waiting + load.held;

/**
 * The one word that says how an agent type stands, most important first; a dash while its load is not known.
 * `isPaused`: all dispatch is, so that what is due is held back as well.
 */
export function stateOf(agent: AgentType, load: AgentLoad | undefined, isPaused: boolean): string {
  if (!agent.enabled) return 'disabled';
  if (agent.paused) return 'paused';
  if (load === undefined) return NO_DATA;
  // Full alone is as it should be: what is short of a place is work that waits for one.
  if (load.running >= agent.concurrency && load.waiting > 0) return 'at limit';
  if (load.running > 0) return 'running';
  if (load.waiting > 0 && !isPaused) return 'queued';
  if (load.waiting + load.held > 0) return 'held';
  return 'idle';
}
