'use client';
import { Button } from '@heroui/react/button';
import { Pause, Play } from 'lucide-react';
import Link from 'next/link';
import { useMemo } from 'react';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import { troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { LimitBar } from '@/app/_ui/limit-bar';
import { formatCount } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { useAgentTypes } from '../_queries/use-agent-types';
import { useIsPaused } from '../_queries/use-settings';
import { useStats } from '../_queries/use-stats';
import { loadsOf, stateOf, waitingOf, type AgentLoad, type AgentLoads } from '../_agents/agent-state';
import { usePauseAgent } from '../_agents/use-pause-agent';

export function AgentsPanel() {
  const agents = useAgentTypes();
  const stats = useStats();
  const loads = useMemo(() => loadsOf(stats.data), [stats.data]);
  const rows = useMemo(() => {
    const weight = (agent: AgentType) =>
      (loads.get(agent.slug)?.running ?? 0) * 1_000 + (waitingOf(loads.get(agent.slug)) ?? 0);
    return (agents.data?.items ?? []).toSorted((a, b) => weight(b) - weight(a) || a.slug.localeCompare(b.slug));
  }, [agents.data, loads]);
  const trouble = agents.isError && agents.data === undefined ? troubleOf(agents.error) : null;
  return (
    <Panel
      title="Agents"
      note={agents.data ? formatCount(rows.length) : null}
      bodyClassName="flex-none! h-[26rem] overflow-y-auto xl:h-[27rem]"
    >
      {trouble ? (
        <ErrorState title="Agents could not be read" {...trouble} onRetry={() => void agents.refetch()} />
      ) : agents.data === undefined ? (
        <SkeletonRows rows={10} />
      ) : rows.length === 0 ? (
        <EmptyState title="The kinds of agent that work can be addressed to stand here.">
          <Link href="/agents" className="underline underline-offset-2">
            Make or import one
          </Link>
        </EmptyState>
      ) : (
        <AgentTable rows={rows} loads={loads} />
      )}
    </Panel>
  );
}

function AgentTable({ rows, loads }: { rows: AgentType[]; loads: AgentLoads }) {
  const isPaused = useIsPaused();
  return (
    <table className="w-full text-table">
      <thead className="sticky top-0 z-10 bg-surface text-left text-xs text-muted">
        <tr className="h-8 [&>th]:border-b [&>th]:border-border [&>th]:font-normal">
          <th className="pl-4">agent</th>
          <th>running / limit</th>
          <th className="hidden pr-4 text-right sm:table-cell">waiting</th>
          <th>state</th>
          <th className="w-10 pr-2">
            <span className="sr-only">pause or resume</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(agent => (
          <AgentRow key={agent.slug} agent={agent} load={loads.get(agent.slug)} isPaused={isPaused} />
        ))}
      </tbody>
    </table>
  );
}

interface AgentRowProps {
  agent: AgentType;
  load: AgentLoad | undefined;
  /** All dispatch is. */
  isPaused: boolean;
}

function AgentRow({ agent, load, isPaused }: AgentRowProps) {
  const pause = usePauseAgent();
  const may = useMay();
  return (
    <tr className="h-(--row-height) border-b border-separator last:border-b-0 hover:bg-surface-secondary">
      <td className="w-[45%] max-w-0 pr-3 pl-4 sm:w-[38%]">
        <Link
          href={`/agents/${agent.slug}`}
          title={agent.name === agent.slug ? agent.slug : `${agent.slug}: ${agent.name}`}
          className="block truncate font-medium hover:underline"
        >
          {agent.slug}
        </Link>
      </td>
      <td className="pr-3">
        <Link href={`/dispatches?agentType=${agent.slug}`} prefetch={false} className="hover:underline">
          <LimitBar running={load?.running} limit={agent.concurrency} isWanted={(load?.waiting ?? 0) > 0} />
          <span className="sr-only"> dispatches of {agent.slug}</span>
        </Link>
      </td>
      <td
        className="tabular hidden pr-4 text-right sm:table-cell"
        title={load && load.held > 0 ? `${load.held} of them held` : undefined}
      >
        {formatCount(waitingOf(load))}
      </td>
      <td>
        <StatusWord of="agent" status={stateOf(agent, load, isPaused)} />
      </td>
      <td className="pr-2 text-right">
        {may.work ? (
          <Button
            isIconOnly
            size="sm"
            variant="ghost"
            className="size-7"
            aria-label={`${agent.paused ? 'Resume' : 'Pause'} ${agent.slug}`}
            // Not disabled while it is under way: a disabled button drops the focus of whoever pressed it.
            onPress={() => pause.isPending || pause.mutate(agent)}
          >
            {agent.paused ? <Play /> : <Pause />}
          </Button>
        ) : null}
      </td>
    </tr>
  );
}
