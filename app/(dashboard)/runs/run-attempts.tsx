'use client';
import Link from 'next/link';
import { useMemo, useState } from 'react';
import type { Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import { EmptyState } from '@/app/_ui/empty-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { DispatchRow } from '../_work/dispatch-row';
import { MoreButton, PORTION } from './more-button';
import { taskName } from './run-troubles';
import { useRunDispatches } from './use-run';

/** Who works and who did, the latest first: each attempt as a thin row, with what a person may do about it. */
export function RunAttempts({ run, tasks }: { run: Run; tasks: readonly Task[] }) {
  const { data, dispatches } = useRunDispatches(run.id, tasks);
  const [most, setMost] = useState(PORTION);
  const names = useMemo(() => new Map(tasks.map(task => [task.id, taskName(task)])), [tasks]);
  if (data === undefined) return <SkeletonRows rows={6} />;
  if (dispatches.length === 0) {
    return <EmptyState title="Nobody has claimed any of it yet." command="npm run orchestrator -- --exec claude" />;
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="group" aria-label="Attempts">
      <ul className="flex flex-col gap-2 p-4">
        {dispatches
          .toReversed()
          .slice(0, most)
          .map(dispatch => (
            <li key={dispatch.id}>
              <Link href={`/tasks/${dispatch.source.id}`} className="text-table font-medium hover:underline">
                {names.get(dispatch.source.id) ?? dispatch.source.id}
              </Link>
              <DispatchRow dispatch={dispatch} />
            </li>
          ))}
      </ul>
      <MoreButton shown={most} of={dispatches.length} onMore={() => setMost(most + PORTION)} />
    </div>
  );
}
