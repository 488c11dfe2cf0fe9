import { HOPS, type Stats } from '../../domain/stats/schema';
import { DAY_MS } from '../../kernel/clock';
import { countOrchestrators } from '../../store/presence';
import {
  countActiveSessions,
  countDead,
  countDoneSince,
  countStuck,
  countWorkByType,
  readHops,
  readToolCalls,
  type HopSamples,
  type ToolSamples,
  type TypeCounts,
} from '../../store/stats';
import type { AgentTypeDocument } from '../../store/documents';
import { patienceOf } from '../../store/liveness';
import type { Plane } from '../context';
import { percentilesOf } from './percentiles';

const NONE: TypeCounts = { running: 0, waiting: 0, held: 0 };

/** The numbers of one tenant, now. */
export async function readStats(plane: Plane, tenantId: string, windowSeconds: number): Promise<Stats> {
  const c = plane.collections;
  const now = plane.clock.now();
  const window = { tenantId, since: new Date(now - windowSeconds * 1_000) };
  const today = new Date(now - (now % DAY_MS));
  const [hops, calls, activeSessions, counts, orchestratorsConnected, doneToday, errors, types] = await Promise.all([
    readHops(c, window),
    readToolCalls(c, window),
    countActiveSessions(c, tenantId, new Date(now)),
    countWorkByType(c, tenantId),
    countOrchestrators(c, tenantId),
    countDoneSince(c, tenantId, today),
    countDead(c, tenantId),
    plane.agentTypes.list(tenantId),
  ]);
  const stuck = await countStuck(c, tenantId, now, patienceOf(types));
  const { tools, ...toolCalls } = calls;
  const all = [...counts.values()];
  const sum = (field: keyof TypeCounts) => all.reduce((total, entry) => total + entry[field], 0);
  return {
    windowSeconds,
    activeSessions,
    toolCalls,
    latencyMs: latencyOf(hops),
    tools: tools.map(toolOf),
    work: {
      orchestratorsConnected,
      inFlight: sum('running'),
      stuck,
      waiting: sum('waiting') + sum('held'),
      doneToday,
      errors,
    },
    agentTypes: types.map(type => typeOf(type, counts.get(type.slug) ?? NONE)),
  };
}

const latencyOf = (hops: HopSamples): Stats['latencyMs'] =>
  Object.fromEntries(HOPS.map(hop => [hop, percentilesOf(hops[hop])])) as Stats['latencyMs'];

function toolOf({ tool, calls, errors, durationsMs }: ToolSamples): Stats['tools'][number] {
  const { p50 = null, p95 = null, p99 = null } = percentilesOf(durationsMs) ?? {};
  return { tool, calls, errors, p50, p95, p99 };
}

const typeOf = ({ slug, concurrency }: AgentTypeDocument, counts: TypeCounts): Stats['agentTypes'][number] => ({
  slug,
  concurrency,
  ...counts,
});
