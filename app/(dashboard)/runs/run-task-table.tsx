'use client';
import Link from 'next/link';
import { useMemo } from 'react';
import type { Task } from '@/lib/domain/task/schema';
import { formatCount } from '@/app/_ui/number';
import { PriorityMark } from '@/app/_ui/priority-mark';
import { StatusWord } from '@/app/_ui/status-word';
import { SwitchInput } from '@/app/_ui/switch-input';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { taskTitle, troublesOf } from './run-troubles';
import { useTroubleFirst } from './use-trouble-first';

const ROW_PX = 36;
const CARD_PX = 60;
const GRID =
  'grid grid-cols-[6.5rem_minmax(0,6rem)_minmax(0,1fr)_minmax(0,8rem)_4.5rem_4rem_5.5rem] items-center gap-3 px-4';

/** The graph again, one row a task. */
export function RunTaskTable({ tasks }: { tasks: readonly Task[] }) {
  const [isTroubleFirst, setTroubleFirst] = useTroubleFirst();
  const isNarrow = useNarrow();
  const ordered = useMemo(() => (isTroubleFirst ? troubleFirst(tasks) : tasks), [tasks, isTroubleFirst]);
  const names = useMemo(() => new Map(tasks.map(({ id, key, title }) => [id, key ?? title])), [tasks]);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex justify-end border-b border-border px-4 py-1.5">
        <SwitchInput label="What blocks it first" value={isTroubleFirst} onChange={setTroubleFirst} />
      </div>
      {isNarrow ? null : (
        <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
          <span>status</span>
          <span>key</span>
          <span>task</span>
          <span>assigned to</span>
          <span className="text-right">needs</span>
          <span className="text-right">attempts</span>
          <span className="text-right">changed</span>
        </div>
      )}
      <VirtualRows
        label="Tasks of the run"
        items={ordered}
        keyOf={task => task.id}
        rowHeight={isNarrow ? CARD_PX : ROW_PX}
        className="flex-1"
        render={task =>
          isNarrow ? (
            <Card task={task} />
          ) : (
            <Row task={task} needs={task.dependsOn.map(id => names.get(id) ?? id).join(', ')} />
          )
        }
      />
    </div>
  );
}

function troubleFirst(tasks: readonly Task[]): Task[] {
  const troubles = troublesOf(tasks).map(({ task }) => task);
  const ids = new Set(troubles.map(({ id }) => id));
  return [...troubles, ...tasks.filter(({ id }) => !ids.has(id))];
}

function Row({ task, needs }: { task: Task; needs: string }) {
  return (
    <Link
      href={`/tasks/${task.id}`}
      prefetch={false}
      className={`${GRID} h-full border-b border-separator text-table hover:bg-surface-secondary focus-visible:-outline-offset-2`}
    >
      <StatusWord status={task.status} />
      <span className="mono truncate text-xs" title={task.key ?? undefined}>
        {task.kind === 'plan' ? 'plan' : (task.key ?? '–')}
      </span>
      <span className="flex min-w-0 items-baseline gap-2">
        <span className={`truncate font-medium ${task.reason ? 'max-w-[60%] shrink-0' : ''}`}>{taskTitle(task)}</span>
        {task.reason ? (
          <span className="min-w-0 truncate text-xs text-muted" title={task.reason}>
            {task.reason}
          </span>
        ) : null}
      </span>
      <span className="truncate text-muted">{task.assignedTo}</span>
      <span className="tabular text-right" title={needs || undefined}>
        {task.dependsOn.length === 0 ? '–' : formatCount(task.dependsOn.length)}
      </span>
      <span className="tabular text-right">{formatCount(task.attempts)}</span>
      <TimeAgo at={task.updatedAt} className="text-right text-muted" />
    </Link>
  );
}

function Card({ task }: { task: Task }) {
  return (
    <Link
      href={`/tasks/${task.id}`}
      prefetch={false}
      className="flex h-full flex-col justify-center gap-1 border-b border-separator px-4 focus-visible:-outline-offset-2"
    >
      <span className="truncate text-table font-medium">{taskTitle(task)}</span>
      <span className="flex min-w-0 items-center gap-3 text-xs text-muted">
        <StatusWord status={task.status} className="shrink-0" />
        <span className="min-w-0 truncate">{task.reason ?? task.assignedTo}</span>
        {task.priority === 'normal' ? null : <PriorityMark priority={task.priority} />}
        <TimeAgo at={task.updatedAt} className="ml-auto" />
      </span>
    </Link>
  );
}
