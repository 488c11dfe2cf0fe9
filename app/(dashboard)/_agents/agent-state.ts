import type { AgentType } from '@/lib/domain/agent-type/schema';
import type { Stats } from '@/lib/domain/stats/schema';

export interface AgentLoad {
  running: number;
  waiting: number;
  held: number;
}

export const NO_LOAD: AgentLoad = { running: 0, waiting: 0, held: 0 };

export const loadsOf = (stats: Stats | undefined): ReadonlyMap<string, AgentLoad> =>
  new Map((stats?.agentTypes ?? []).map(({ slug, running, waiting, held }) => [slug, { running, waiting, held }]));

/** The one word that says how an agent type stands, most important first. */
export function stateOf(agent: AgentType, load: AgentLoad): string {
  if (!agent.enabled) return 'disabled';
  if (agent.paused) return 'paused';
  if (load.running >= agent.concurrency) return 'at limit';
  if (load.running > 0) return 'running';
  if (load.waiting > 0) return 'queued';
  return 'idle';
}
