'use client';
import { useMemo } from 'react';
import type { Run } from '@/lib/domain/run/schema';
import type { TraceEntry } from '@/lib/domain/run/trace';
import type { Task } from '@/lib/domain/task/schema';
import { troubleOf } from '@/app/_live/api';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { taskName } from './run-troubles';
import { TRACE_CARD_PX, TRACE_ROW_PX, TraceHead, TraceRow, type TraceNames } from './trace-row';
import { useRunTrace } from './use-run-trace';

/** Every change of the run in order; each leads to its record, and to the two it came from. */
export function RunTrace({ run, tasks }: { run: Run; tasks: readonly Task[] }) {
  const names = useMemo(() => new Map(tasks.map(task => [task.id, taskName(task)])), [tasks]);
  const ids = useMemo(() => new Set(names.keys()), [names]);
  const trace = useRunTrace(run, ids);
  const isNarrow = useNarrow();
  const known: TraceNames = { run, tasks: names };
  if (trace.isError && trace.entries.length === 0) {
    return (
      <ErrorState
        title="The trace could not be read"
        {...troubleOf(trace.error)}
        onRetry={() => void trace.refetch()}
      />
    );
  }
  if (trace.isPending) return <SkeletonRows rows={10} />;
  if (trace.entries.length === 0) return <EmptyState title="Every change of the run would stand here." />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {isNarrow ? null : <TraceHead />}
      <VirtualRows
        label="Changes of the run, oldest first"
        items={trace.entries}
        keyOf={keyOf}
        rowHeight={isNarrow ? TRACE_CARD_PX : TRACE_ROW_PX}
        onEnd={trace.loadMore}
        className="flex-1"
        render={entry => <TraceRow entry={entry} names={known} isCard={isNarrow} />}
      />
    </div>
  );
}

const keyOf = ({ at, what, record }: TraceEntry): string => `${at} ${what} ${record.kind} ${record.id}`;
