'use client';
import Link from 'next/link';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { SESSION_STATUSES, type Session } from '@/lib/domain/session/schema';
import { troubleOf } from '@/app/_live/api';
import { useLiveList } from '@/app/_live/use-live-list';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { formatCount } from '@/app/_ui/number';
import { PageHeader } from '@/app/_ui/page-header';
import { SelectField } from '@/app/_ui/select-field';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { useAgentChoices } from '../_queries/use-agent-types';

const ANY = 'any';
const ROW_PX = 56;

export function SessionList({ openId }: { openId: string | null }) {
  const [filters, set] = useQueryStates({ status: parseAsStringLiteral(SESSION_STATUSES), agentType: parseAsString });
  const agents = useAgentChoices();
  const list = useLiveList<Session>({
    key: ['sessions', filters],
    path: '/api/sessions',
    query: { ...filters },
    staleOn: ['session:open', 'session:close', 'session:expired', 'tool:start'],
  });
  return (
    <>
      <PageHeader title="Sessions" note={openId === null ? 'Agents at work, and what they call' : undefined} />
      <section
        aria-label="Sessions"
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface"
      >
        <div className="flex flex-wrap gap-2 border-b border-border p-2">
          <SelectField
            hideLabel
            label="Status"
            className="filter w-32"
            value={filters.status ?? ANY}
            choices={[{ value: ANY, label: 'any status' }, ...SESSION_STATUSES.map(value => ({ value, label: value }))]}
            onChange={value => void set({ status: value === ANY ? null : (value as Session['status']) })}
          />
          <SelectField
            hideLabel
            label="Agent type"
            className="filter w-40"
            value={filters.agentType ?? ANY}
            choices={[{ value: ANY, label: 'any agent' }, ...agents]}
            onChange={value => void set({ agentType: value === ANY ? null : value })}
          />
        </div>
        {list.isError && list.items.length === 0 ? (
          <ErrorState
            title="Sessions could not be read"
            {...troubleOf(list.error)}
            onRetry={() => void list.refetch()}
          />
        ) : list.isPending ? (
          <SkeletonRows rows={10} />
        ) : list.items.length === 0 ? (
          <EmptyState title="Every agent that calls a tool of the plane shows here, live." command="npm run demo" />
        ) : (
          <VirtualRows
            label="Sessions, the latest first"
            items={list.items}
            keyOf={session => session.id}
            rowHeight={ROW_PX}
            onEnd={list.loadMore}
            className="flex-1"
            render={session => <Row session={session} isOpen={session.id === openId} />}
          />
        )}
      </section>
    </>
  );
}

function Row({ session, isOpen }: { session: Session; isOpen: boolean }) {
  return (
    <Link
      href={`/sessions/${session.id}`}
      prefetch={false}
      {...(isOpen ? { 'aria-current': 'true' as const } : {})}
      className={`flex h-full flex-col justify-center gap-0.5 border-b border-separator px-4 focus-visible:-outline-offset-2 ${isOpen ? 'bg-default' : 'hover:bg-surface-secondary'}`}
    >
      <span className="flex items-baseline gap-3 text-table">
        <span className="min-w-0 truncate font-medium">{session.agentType ?? session.client}</span>
        {session.agentType ? <span className="min-w-0 truncate text-xs text-muted">{session.client}</span> : null}
        <TimeAgo at={session.lastActiveAt} className="ml-auto text-xs text-muted" />
      </span>
      <span className="flex items-center gap-3 text-xs text-muted">
        <StatusWord status={session.status} />
        <span className="tabular ml-auto">{formatCount(session.toolCalls)} tool calls</span>
      </span>
    </Link>
  );
}
