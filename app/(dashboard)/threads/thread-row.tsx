'use client';
import Link from 'next/link';
import type { Thread } from '@/lib/domain/thread/schema';
import { formatCount, plural } from '@/app/_ui/number';
import { PriorityMark } from '@/app/_ui/priority-mark';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useListHref } from '../_frame/use-list-href';
import { useProjectNames } from '../_queries/use-projects';
import { firstLine } from '../_work/first-line';

export const THREAD_ROW_PX = 36;
export const THREAD_CARD_PX = 60;
const GRID = 'grid grid-cols-[6.5rem_minmax(0,1fr)_10rem_minmax(0,12rem)_5.5rem_3.5rem_6rem] items-center gap-3 px-4';

export function ThreadHead() {
  return (
    <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
      <span>status</span>
      <span>thread</span>
      <span>assigned to</span>
      <span>project</span>
      <span>priority</span>
      <span className="text-right">messages</span>
      <span className="text-right">last</span>
    </div>
  );
}

export function ThreadRow({ thread }: { thread: Thread }) {
  const href = useListHref('/threads')(thread.id);
  const { nameOf, pathOf } = useProjectNames();
  return (
    <Link
      href={href}
      prefetch={false}
      className={`${GRID} h-full border-b border-separator text-table hover:bg-surface-secondary focus-visible:-outline-offset-2`}
    >
      <StatusWord of="thread" status={thread.status} />
      <span dir="auto" className="truncate font-medium">
        {firstLine(thread.title)}
      </span>
      <span className="truncate text-muted">{thread.assignedTo ?? '–'}</span>
      <span className="truncate text-muted" title={pathOf(thread.projectId) ?? undefined}>
        {nameOf(thread.projectId) ?? '–'}
      </span>
      <PriorityMark priority={thread.priority} />
      <span className="tabular text-right">{formatCount(thread.messageCount)}</span>
      <TimeAgo at={thread.lastMessageAt ?? thread.createdAt} className="text-right text-muted" />
    </Link>
  );
}

export function ThreadCard({ thread, isOpen }: { thread: Thread; isOpen: boolean }) {
  const href = useListHref('/threads')(thread.id);
  return (
    <Link
      href={href}
      prefetch={false}
      {...(isOpen ? { 'aria-current': 'true' as const } : {})}
      className={`flex h-full flex-col justify-center gap-1 border-b border-separator px-4 focus-visible:-outline-offset-2 ${isOpen ? 'bg-default' : 'hover:bg-surface-secondary'}`}
    >
      <span className="flex items-baseline gap-3">
        <span dir="auto" className="min-w-0 flex-1 truncate text-table font-medium">
          {firstLine(thread.title)}
        </span>
        <TimeAgo at={thread.lastMessageAt ?? thread.createdAt} className="text-xs text-muted" />
      </span>
      <span className="flex items-center gap-3 text-xs text-muted">
        <StatusWord of="thread" status={thread.status} />
        <span className="truncate">{thread.assignedTo ?? 'nobody'}</span>
        {thread.priority === 'normal' ? null : <PriorityMark priority={thread.priority} />}
        <span className="tabular ml-auto whitespace-nowrap">{plural(thread.messageCount, 'message')}</span>
      </span>
    </Link>
  );
}
