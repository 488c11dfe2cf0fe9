'use client';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { SESSION_STATUSES, type Session } from '@/lib/domain/session/schema';
import { ClearAllFilters, ClearFilters } from '@/app/_ui/clear-filters';
import { troubleOf } from '@/app/_live/api';
import { useLiveList } from '@/app/_live/use-live-list';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { SelectField } from '@/app/_ui/select-field';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { useAgentChoices } from '../_queries/use-agent-types';
import { SESSION_CARD_PX, SESSION_ROW_PX, SessionCard, SessionHead, SessionRow } from './session-row';

const ANY = 'any';

export function SessionList({ openId }: { openId: string | null }) {
  const [filters, set] = useQueryStates({ status: parseAsStringLiteral(SESSION_STATUSES), agentType: parseAsString });
  const agents = useAgentChoices(filters.agentType);
  const isFiltered = filters.status !== null || filters.agentType !== null;
  const compact = useNarrow() || openId !== null;
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
          {isFiltered ? <ClearFilters onClear={() => void set(null)} /> : null}
        </div>
        {list.isError && list.items.length === 0 ? (
          <ErrorState
            title="Sessions could not be read"
            {...troubleOf(list.error)}
            onRetry={() => void list.refetch()}
          />
        ) : list.isPending ? (
          <SkeletonRows rows={10} />
        ) : list.items.length === 0 && isFiltered ? (
          <EmptyState title="No session matches." action={<ClearAllFilters onClear={() => void set(null)} />} />
        ) : list.items.length === 0 ? (
          <EmptyState title="Every agent that calls a tool of the plane shows here, live." command="npm run demo" />
        ) : (
          <>
            {compact ? null : <SessionHead />}
            <VirtualRows
              label="Sessions, the latest first"
              items={list.items}
              keyOf={session => session.id}
              rowHeight={compact ? SESSION_CARD_PX : SESSION_ROW_PX}
              onEnd={list.loadMore}
              className="flex-1"
              render={session =>
                compact ? (
                  <SessionCard session={session} isOpen={session.id === openId} />
                ) : (
                  <SessionRow session={session} />
                )
              }
            />
          </>
        )}
      </section>
    </>
  );
}
