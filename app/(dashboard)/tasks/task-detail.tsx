'use client';
import Link from 'next/link';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import type { Page } from '@/lib/domain/fields';
import type { Task } from '@/lib/domain/task/schema';
import { isNotFound, troubleOf } from '@/app/_live/api';
import type { StreamEvent } from '@/app/_live/connection';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { Markdown } from '@/app/_ui/markdown';
import { PriorityMark } from '@/app/_ui/priority-mark';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { LAMP_TEXT, meaningOf } from '@/app/_ui/status';
import { StatusWord } from '@/app/_ui/status-word';
import { DetailPanel } from '../_frame/detail-panel';
import { useListHref } from '../_frame/use-list-href';
import { useTitle } from '../_frame/use-title';
import { DispatchRow } from '../_work/dispatch-row';
import { LedgerTicks } from '../_work/ledger-ticks';
import { useReasonOf } from '../_work/use-reason-of';
import { useProjectNames } from '../_queries/use-projects';
import { TaskActions } from './task-actions';
import { TaskResultPart } from './task-result';

/** A longer title does not fit the header, and may be all that is asked. */
const HEADER_CHARACTERS = 60;

const isAbout =
  (taskId: string) =>
  ({ data }: StreamEvent): boolean =>
    data.id === taskId || (data['source'] as { id?: unknown } | undefined)?.id === taskId;

export function TaskDetail({ taskId }: { taskId: string }) {
  const task = useLiveQuery<Task>({
    key: ['task', taskId],
    path: `/api/tasks/${taskId}`,
    staleOn: ['task-updated', 'task-deleted', 'dispatch-created', 'dispatch-updated'],
    concerns: isAbout(taskId),
  });
  useTitle(task.data?.title);
  return (
    <DetailPanel
      title={task.data?.title}
      facts={task.data ? <StatusWord status={task.data.status} chip className="shrink-0" /> : null}
      backHref={useListHref('/tasks')(null)}
      backLabel="Close the task"
    >
      {isNotFound(task.error) ? (
        <EmptyState title="There is no such task." />
      ) : task.isError && task.data === undefined ? (
        <ErrorState title="The task could not be read" {...troubleOf(task.error)} onRetry={() => void task.refetch()} />
      ) : task.data === undefined ? (
        <SkeletonRows rows={8} />
      ) : (
        <TaskBody task={task.data} />
      )}
    </DetailPanel>
  );
}

function TaskBody({ task }: { task: Task }) {
  const project = useProjectNames().pathOf(task.projectId);
  const reason = useReasonOf()(task);
  const attempts = useLiveQuery<Page<DispatchRecord>>({
    key: ['dispatches', { sourceId: task.id }],
    path: '/api/dispatches',
    query: { sourceId: task.id, limit: 200 },
    staleOn: ['dispatch-created', 'dispatch-updated'],
    concerns: isAbout(task.id),
  });
  const ordered = (attempts.data?.items ?? []).toSorted((a, b) => a.times.claimedAt.localeCompare(b.times.claimedAt));
  return (
    <div className="flex min-h-0 flex-col gap-5 overflow-y-auto p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-table">
        <Link href={`/agents/${task.assignedTo}`} className="font-medium hover:underline">
          {task.assignedTo}
        </Link>
        <PriorityMark priority={task.priority} />
        {project ? <span className="text-muted">{project}</span> : null}
        {task.runId ? (
          <Link href={`/runs/${task.runId}`} className="underline underline-offset-2">
            its run
          </Link>
        ) : null}
        {task.threadId ? (
          <Link href={`/threads/${task.threadId}`} className="underline underline-offset-2">
            its thread
          </Link>
        ) : null}
        <TaskActions task={task} />
      </div>
      {reason ? <p className={`text-table ${LAMP_TEXT[meaningOf(task.status).lamp]}`}>{reason}</p> : null}
      <Part title="What is asked">
        {task.title.length > HEADER_CHARACTERS ? <p className="mb-2 text-sm wrap-anywhere">{task.title}</p> : null}
        {task.input === '' ? (
          <p className="text-table text-muted">Nothing beyond the title.</p>
        ) : (
          <Markdown text={task.input} />
        )}
      </Part>
      <TaskResultPart task={task} />
      <Part title="Its way">
        <LedgerTicks ledger={task.ledger} />
        {ordered.map(dispatch => (
          <DispatchRow key={dispatch.id} dispatch={dispatch} />
        ))}
        {ordered.length === 0 ? <p className="text-table text-muted">Nobody has claimed it yet.</p> : null}
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      {children}
    </section>
  );
}
