'use client';
import { Button } from '@heroui/react/button';
import { Plus } from 'lucide-react';
import { parseAsBoolean, useQueryState } from 'nuqs';
import type { Run } from '@/lib/domain/run/schema';
import { ClearAllFilters } from '@/app/_ui/clear-filters';
import { troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useLiveList } from '@/app/_live/use-live-list';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { NewRunDialog } from './new-run-dialog';
import { NoRuns } from './no-runs';
import { RunFilterBar } from './run-filter-bar';
import { RUN_CARD_PX, RUN_ROW_PX, RunCard, RunHead, RunRow } from './run-row';
import { useRunFilters, type RunFilterState } from './use-run-filters';

export function RunList({ openId }: { openId: string | null }) {
  const filterState = useRunFilters();
  const [isNew, setNew] = useQueryState('new', parseAsBoolean.withDefault(false));
  const may = useMay();
  const compact = useNarrow() || openId !== null;
  const start = may.work ? () => void setNew(true) : null;
  return (
    <>
      <PageHeader
        title="Runs"
        actions={
          start === null ? null : (
            <Button size="sm" onPress={start}>
              <Plus /> Start a run
            </Button>
          )
        }
      />
      <section
        aria-label="Runs"
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface"
      >
        <RunFilterBar state={filterState} compact={openId !== null} />
        <RunRows openId={openId} compact={compact} state={filterState} />
      </section>
      <NewRunDialog isOpen={isNew} onClose={() => void setNew(null)} />
    </>
  );
}

interface RunRowsProps {
  openId: string | null;
  compact: boolean;
  state: RunFilterState;
}

function RunRows({ openId, compact, state }: RunRowsProps) {
  const { filters, isFiltered, clear } = state;
  const { q, status, plannerType, projectId } = filters;
  const list = useLiveList<Run>({
    key: ['runs', filters],
    path: '/api/runs',
    query: { q: q || null, status, plannerType, projectId },
    // Tasks move a run's progress; those outside of runs are nothing to it.
    staleOn: ['run-created', 'run-updated', 'run-deleted', 'task-created', 'task-updated', 'task-deleted'],
    concerns: ({ type, data }) => type.startsWith('run-') || Boolean(data['runId']),
  });
  if (list.isError && list.items.length === 0) {
    return <ErrorState title="Runs could not be read" {...troubleOf(list.error)} onRetry={() => void list.refetch()} />;
  }
  if (list.isPending) return <SkeletonRows rows={10} />;
  if (list.items.length === 0 && isFiltered) {
    return <EmptyState title="No run matches." action={<ClearAllFilters onClear={() => void clear()} />} />;
  }
  if (list.items.length === 0) return <NoRuns />;
  return (
    <>
      {compact ? null : <RunHead />}
      <VirtualRows
        label="Runs, the latest first"
        items={list.items}
        keyOf={run => run.id}
        rowHeight={compact ? RUN_CARD_PX : RUN_ROW_PX}
        onEnd={list.loadMore}
        openKey={openId}
        className="flex-1"
        render={run => (compact ? <RunCard run={run} isOpen={run.id === openId} /> : <RunRow run={run} />)}
      />
    </>
  );
}
