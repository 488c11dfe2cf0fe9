'use client';
import { HOPS, type Hop, type Percentiles } from '@/lib/domain/stats/schema';
import { formatDuration, NO_DATA } from '@/app/_ui/duration';
import { formatCount, formatWindow } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useStats } from '../_queries/use-stats';

const HOP_WORDS: Record<Hop, { from: string; to: string; means: string }> = {
  storedToStreamed: { from: 'stored', to: 'streamed', means: 'From the insert until the event went out' },
  streamedToClaimed: { from: 'streamed', to: 'claimed', means: 'From the event until an orchestrator had it' },
  storedToClaimed: { from: 'stored', to: 'claimed', means: 'From the insert until an orchestrator had it' },
  claimedToRead: { from: 'claimed', to: 'read', means: 'From the claim until the agent acknowledged it' },
  claimedToStarted: { from: 'claimed', to: 'started', means: 'From the claim until the agent’s first heartbeat' },
  claimedToDone: { from: 'claimed', to: 'done', means: 'The agent’s own work' },
  storedToDone: { from: 'stored', to: 'done', means: 'The whole way' },
};
const COLUMNS = ['p50', 'p95', 'p99'] as const satisfies readonly (keyof Percentiles)[];

export function HopsPanel() {
  const { data } = useStats();
  return (
    <Panel id="hops" title="Time of each hop" note={data ? formatWindow(data.windowSeconds) : null}>
      {data === undefined ? (
        <SkeletonRows rows={HOPS.length} />
      ) : (
        <table className="w-full text-table">
          <thead className="text-xs text-muted">
            <tr className="h-8 [&>th]:border-b [&>th]:border-border [&>th]:font-normal">
              <th className="pl-4 text-left">hop</th>
              {COLUMNS.map(column => (
                <th key={column} className="text-right">
                  {column}
                </th>
              ))}
              <th className="pr-4 text-right">n</th>
            </tr>
          </thead>
          <tbody>
            {HOPS.map(hop => (
              <HopRow key={hop} hop={hop} times={data.latencyMs[hop]} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function HopRow({ hop, times }: { hop: Hop; times: Percentiles | null }) {
  const { from, to, means } = HOP_WORDS[hop];
  return (
    <tr className="h-(--row-height) border-b border-separator last:border-b-0" title={means}>
      <th scope="row" className="pl-4 text-left font-normal whitespace-nowrap">
        {from} <span className="text-muted">→</span> {to}
      </th>
      {COLUMNS.map(column => (
        <td key={column} className="tabular text-right">
          {times === null ? <span className="text-muted">{NO_DATA}</span> : formatDuration(times[column])}
        </td>
      ))}
      <td className="tabular pr-4 text-right text-muted">{times === null ? NO_DATA : formatCount(times.count)}</td>
    </tr>
  );
}
