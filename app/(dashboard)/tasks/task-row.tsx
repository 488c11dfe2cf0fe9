'use client';
import Link from 'next/link';
import type { Task } from '@/lib/domain/task/schema';
import { PriorityMark } from '@/app/_ui/priority-mark';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useListHref } from '../_frame/use-list-href';
import { useProjectNames } from '../_queries/use-projects';

export const TASK_ROW_PX = 36;
export const TASK_CARD_PX = 60;
const GRID = 'grid grid-cols-[7rem_minmax(0,1fr)_10rem_minmax(0,12rem)_5.5rem_6rem] items-center gap-3 px-4';

export function TaskHead() {
  return (
    <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
      <span>status</span>
      <span>task</span>
      <span>assigned to</span>
      <span>project</span>
      <span>priority</span>
      <span className="text-right">changed</span>
    </div>
  );
}

export function TaskRow({ task }: { task: Task }) {
  const href = useListHref('/tasks')(task.id);
  const { nameOf, pathOf } = useProjectNames();
  return (
    <Link
      href={href}
      prefetch={false}
      className={`${GRID} h-full border-b border-separator text-table hover:bg-surface-secondary focus-visible:-outline-offset-2`}
    >
      <StatusWord status={task.status} />
      <span dir="auto" className="truncate font-medium">
        {task.title}
      </span>
      <span className="truncate text-muted">{task.assignedTo}</span>
      <span className="truncate text-muted" title={pathOf(task.projectId) ?? undefined}>
        {nameOf(task.projectId) ?? '–'}
      </span>
      <PriorityMark priority={task.priority} />
      <TimeAgo at={task.updatedAt} className="text-right text-muted" />
    </Link>
  );
}

export function TaskCard({ task, isOpen }: { task: Task; isOpen: boolean }) {
  const href = useListHref('/tasks')(task.id);
  return (
    <Link
      href={href}
      prefetch={false}
      {...(isOpen ? { 'aria-current': 'true' as const } : {})}
      className={`flex h-full flex-col justify-center gap-1 border-b border-separator px-4 focus-visible:-outline-offset-2 ${isOpen ? 'bg-default' : 'hover:bg-surface-secondary'}`}
    >
      <span className="flex items-baseline gap-3">
        <span dir="auto" className="min-w-0 flex-1 truncate text-table font-medium">
          {task.title}
        </span>
        <TimeAgo at={task.updatedAt} className="text-xs text-muted" />
      </span>
      <span className="flex items-center gap-3 text-xs text-muted">
        <StatusWord status={task.status} />
        <span className="truncate">{task.assignedTo}</span>
        {task.priority === 'normal' ? null : <PriorityMark priority={task.priority} />}
      </span>
    </Link>
  );
}
