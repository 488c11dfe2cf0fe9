'use client';
import Link from 'next/link';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import { LimitBar } from '@/app/_ui/limit-bar';
import { formatCount } from '@/app/_ui/number';
import { RowGroup } from '@/app/_ui/row-group';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useListHref } from '../_frame/use-list-href';
import { stateOf, waitingOf, type AgentLoad, type AgentLoads } from '../_agents/agent-state';
import { useIsPaused } from '../_queries/use-settings';

const LIST = 'All agent types';

interface RowsProps {
  rows: readonly AgentType[];
  loads: AgentLoads;
}

export function AgentTable({ rows, loads }: RowsProps) {
  const isPaused = useIsPaused();
  return (
    <RowGroup label={LIST} className="overflow-x-auto">
      <table className="w-full text-table">
        <thead className="sticky top-0 z-10 bg-surface text-left text-xs text-muted">
          <tr className="h-8 [&>th]:border-b [&>th]:border-border [&>th]:pr-4 [&>th]:font-normal [&>th]:whitespace-nowrap">
            <th className="pl-4">agent</th>
            <th>state</th>
            <th>running / limit</th>
            <th className="text-right">waiting</th>
            <th>model</th>
            <th>thinking</th>
            <th>reports to</th>
            <th className="text-right">revision</th>
            <th>saved</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(agent => (
            <Row key={agent.slug} agent={agent} load={loads.get(agent.slug)} isPaused={isPaused} />
          ))}
        </tbody>
      </table>
    </RowGroup>
  );
}

interface RowProps {
  agent: AgentType;
  load: AgentLoad | undefined;
  /** All dispatch is. */
  isPaused: boolean;
}

function Row({ agent, load, isPaused }: RowProps) {
  const href = useListHref('/agents')(agent.slug);
  return (
    <tr
      data-row
      className="relative h-(--row-height) border-b border-separator last:border-b-0 hover:bg-surface-secondary [&>td]:pr-4"
    >
      <td className="max-w-64 truncate pl-4">
        <Link
          href={href}
          className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2"
        >
          {agent.slug}
        </Link>
        <span className="ml-2 text-xs text-muted">{agent.name}</span>
      </td>
      <td>
        <StatusWord of="agent" status={stateOf(agent, load, isPaused)} />
      </td>
      <td>
        <LimitBar running={load?.running} limit={agent.concurrency} isWanted={(load?.waiting ?? 0) > 0} />
      </td>
      <td className="tabular text-right">{formatCount(waitingOf(load))}</td>
      <td className="mono text-xs">{agent.model}</td>
      <td>{agent.thinking}</td>
      <td className="text-muted">{agent.reportsTo ?? '–'}</td>
      <td className="tabular text-right">{agent.revision}</td>
      <td className="text-muted">
        <TimeAgo at={agent.updatedAt} />
      </td>
    </tr>
  );
}

/** With room for the banner, which may come a moment later and take a row's height. */
const intoSight = (row: HTMLLIElement | null): void => row?.scrollIntoView({ block: 'nearest' });

export function AgentCards({ rows, loads, openSlug }: RowsProps & { openSlug: string | null }) {
  const hrefOf = useListHref('/agents');
  const isPaused = useIsPaused();
  return (
    <RowGroup label={LIST}>
      <ul>
        {rows.map(agent => {
          const load = loads.get(agent.slug);
          const waiting = waitingOf(load) ?? 0;
          const isOpen = agent.slug === openSlug;
          return (
            <li key={agent.slug} data-row ref={isOpen ? intoSight : null} className="scroll-my-13">
              <Link
                href={hrefOf(agent.slug)}
                {...(isOpen ? { 'aria-current': 'true' as const } : {})}
                className={`flex h-13 flex-col justify-center gap-0.5 border-b border-separator px-4 focus-visible:-outline-offset-2 ${isOpen ? 'bg-default' : 'hover:bg-surface-secondary'}`}
              >
                <span className="truncate text-table font-medium">{agent.slug}</span>
                <span className="flex items-center gap-3 text-xs text-muted">
                  <StatusWord of="agent" status={stateOf(agent, load, isPaused)} />
                  <span className="tabular ml-auto">
                    {formatCount(load?.running)}/{agent.concurrency}
                    {waiting > 0 ? ` · ${formatCount(waiting)} waiting` : ''}
                  </span>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </RowGroup>
  );
}
