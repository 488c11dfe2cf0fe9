'use client';
import Link from 'next/link';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import type { Run } from '@/lib/domain/run/schema';
import { isTaskOver } from '@/lib/domain/task/schema';
import { formatDuration } from '@/app/_ui/duration';
import { Lamp } from '@/app/_ui/lamp';
import { plural } from '@/app/_ui/number';
import { StatusWord } from '@/app/_ui/status-word';
import { ClockTime } from '@/app/_ui/time-ago';
import { FoldMark } from './fold-mark';
import { taskName } from './run-troubles';
import { useRunDispatches, useRunTasks } from './use-run';

/** After a stop: each agent that was told, when it was, and when it had. Nothing is called stopped before it is. */
export function CancelProof({ run }: { run: Run }) {
  const isCancelled = run.status === 'cancelled';
  const { tasks } = useRunTasks(run.id);
  const { dispatches } = useRunDispatches(run.id, tasks, isCancelled);
  if (!isCancelled) return null;
  const told = dispatches.filter(({ times }) => times.cancelRequestedAt !== null);
  const open = tasks.filter(({ status }) => !isTaskOver(status)).length;
  const names = new Map(tasks.map(task => [task.id, taskName(task)]));
  const isStopped = open === 0 && told.every(({ times }) => times.endedAt !== null);
  return (
    <details className="group shrink-0 border-b border-border">
      <summary className="touch flex cursor-pointer flex-wrap items-center gap-2 px-4 py-2 text-table">
        <Lamp lamp={isStopped ? 'done' : 'waiting'} />
        <span className="font-medium">
          {isStopped ? 'All of it has stopped' : `Stopping: ${plural(open, 'task')} left`}
        </span>
        <span className="text-muted">{[run.reason, proofWords(told)].filter(Boolean).join(' · ')}</span>
        {told.length === 0 ? null : <FoldMark />}
      </summary>
      {told.length === 0 ? null : (
        <ul aria-label="Agents told to stop" className="max-h-56 overflow-y-auto border-t border-separator">
          {told.map(dispatch => (
            <li key={dispatch.id} className="flex flex-wrap items-center gap-x-3 px-4 py-1 text-xs">
              <StatusWord status={dispatch.status} className="w-28 shrink-0" />
              <Link href={`/tasks/${dispatch.source.id}`} className="min-w-0 truncate font-medium hover:underline">
                {names.get(dispatch.source.id) ?? dispatch.agentType}
              </Link>
              <span className="text-muted">{dispatch.agentType}</span>
              <span className="tabular ml-auto text-muted">
                told <ClockTime at={dispatch.times.cancelRequestedAt} />
                {stoppedAfter(dispatch)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

function proofWords(told: readonly DispatchRecord[]): string {
  if (told.length === 0) return 'no agent was at work';
  const count = (...statuses: DispatchRecord['status'][]) =>
    told.filter(({ status }) => statuses.includes(status)).length;
  const silent = count('unresponsive');
  const unseen = count('cancelling');
  return [
    `${plural(told.length, 'agent')} told to stop`,
    `${told.length - silent - unseen} confirmed`,
    ...(unseen > 0 ? [`${unseen} not yet seen`] : []),
    ...(silent > 0 ? [`${silent} never answered`] : []),
  ].join(', ');
}

function stoppedAfter({ times: { cancelRequestedAt, endedAt } }: DispatchRecord): string {
  if (cancelRequestedAt === null || endedAt === null) return '';
  const tookMs = Math.max(0, Date.parse(endedAt) - Date.parse(cancelRequestedAt));
  // One that waits for an answer has nobody to ask.
  return tookMs === 0 ? ' · ended at once' : ` · ended after ${formatDuration(tookMs)}`;
}
