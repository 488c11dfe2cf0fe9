'use client';
import { isNotFound, troubleOf } from '@/app/_live/api';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { DetailPanel } from '../_frame/detail-panel';
import { useTitle } from '../_frame/use-title';
import { firstLine } from '../_work/first-line';
import { CancelProof } from './cancel-proof';
import { RunFacts } from './run-facts';
import { RunTexts } from './run-texts';
import { RunTroubles } from './run-troubles-panel';
import { RunViews } from './run-views';
import { useRun } from './use-run';
import { useRunHref } from './use-run-filters';

export function RunDetail({ runId }: { runId: string }) {
  const run = useRun(runId);
  const title = run.data && firstLine(run.data.intent);
  useTitle(title);
  return (
    <DetailPanel
      title={title}
      facts={run.data ? <StatusWord of="run" status={run.data.status} chip className="shrink-0" /> : null}
      backHref={useRunHref()(null)}
      backLabel="Close the run"
    >
      {isNotFound(run.error) ? (
        <EmptyState title="There is no such run.">It may belong to another tenant.</EmptyState>
      ) : run.isError && run.data === undefined ? (
        <ErrorState title="The run could not be read" {...troubleOf(run.error)} onRetry={() => void run.refetch()} />
      ) : run.data === undefined ? (
        <SkeletonRows rows={8} />
      ) : (
        <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
          <RunFacts run={run.data} />
          <RunTroubles run={run.data} />
          <CancelProof run={run.data} />
          <RunTexts run={run.data} />
          <RunViews run={run.data} />
        </div>
      )}
    </DetailPanel>
  );
}
