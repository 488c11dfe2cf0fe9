'use client';
import Link from 'next/link';
import type { Run } from '@/lib/domain/run/schema';
import { LAMP_TEXT, meaningOf } from '@/app/_ui/status';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useProjectNames } from '../_queries/use-projects';
import { firstLine } from '../_work/first-line';
import { ProgressLine } from './progress-bar';
import { useRunHref } from './use-run-filters';

export const RUN_ROW_PX = 36;
export const RUN_CARD_PX = 60;
const GRID = 'grid grid-cols-[6.5rem_minmax(0,1fr)_minmax(0,10rem)_minmax(0,9rem)_9rem_5.5rem] items-center gap-3 px-4';

export function RunHead() {
  return (
    <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
      <span>status</span>
      <span>intent</span>
      <span>planner</span>
      <span>project</span>
      <span>tasks done</span>
      <span className="text-right">opened</span>
    </div>
  );
}

export function RunRow({ run }: { run: Run }) {
  const href = useRunHref()(run.id);
  const { nameOf, pathOf } = useProjectNames();
  return (
    <Link
      href={href}
      prefetch={false}
      className={`${GRID} h-full border-b border-separator text-table hover:bg-surface-secondary focus-visible:-outline-offset-2`}
    >
      <StatusWord of="run" status={run.status} />
      <span className="flex min-w-0 items-baseline gap-2">
        <span dir="auto" className={`truncate font-medium ${run.reason ? 'shrink-0 max-w-[60%]' : ''}`}>
          {firstLine(run.intent)}
        </span>
        <Reason run={run} />
      </span>
      <span className="truncate text-muted">{run.plannerType}</span>
      <span className="truncate text-muted" title={pathOf(run.projectId) ?? undefined}>
        {nameOf(run.projectId) ?? '–'}
      </span>
      <ProgressLine counts={run.taskCounts} />
      <TimeAgo at={run.createdAt} className="text-right text-muted" />
    </Link>
  );
}

export function RunCard({ run, isOpen }: { run: Run; isOpen: boolean }) {
  const href = useRunHref()(run.id);
  return (
    <Link
      href={href}
      prefetch={false}
      {...(isOpen ? { 'aria-current': 'true' as const } : {})}
      className={`flex h-full flex-col justify-center gap-1 border-b border-separator px-4 focus-visible:-outline-offset-2 ${isOpen ? 'bg-default' : 'hover:bg-surface-secondary'}`}
    >
      <span className="flex items-baseline gap-3">
        <span dir="auto" className="min-w-0 flex-1 truncate text-table font-medium">
          {firstLine(run.intent)}
        </span>
        <TimeAgo at={run.createdAt} className="text-xs text-muted" />
      </span>
      <span className="flex min-w-0 items-center gap-3 text-xs text-muted">
        <StatusWord of="run" status={run.status} className="shrink-0" />
        {run.reason ? <Reason run={run} /> : <span className="truncate">{run.plannerType}</span>}
        <ProgressLine counts={run.taskCounts} className="ml-auto w-24 shrink-0" />
      </span>
    </Link>
  );
}

function Reason({ run: { reason, status } }: { run: Run }) {
  if (!reason) return null;
  return (
    <span className={`min-w-0 truncate text-xs ${LAMP_TEXT[meaningOf(status, 'run').lamp]}`} title={reason}>
      {reason}
    </span>
  );
}
