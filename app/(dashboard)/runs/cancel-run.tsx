'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useState } from 'react';
import { isTaskOver } from '@/lib/domain/task/schema';
import { isRunOver, type Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { plural } from '@/app/_ui/number';
import { StatusWord } from '@/app/_ui/status-word';
import { taskName } from './run-troubles';
import { useRunTasks } from './use-run';

const AT_WORK: readonly Task['status'][] = ['running', 'waiting', 'blocked'];
const MOST_NAMED = 6;

export function CancelRun({ run }: { run: Run }) {
  const [isAsking, setAsking] = useState(false);
  const may = useMay();
  const { tasks } = useRunTasks(run.id);
  const cancel = useAction<void, Run>({
    run: () => api.post<Run>(`/api/runs/${run.id}/cancel`),
    refreshes: [
      ['run', run.id],
      ['run-tasks', run.id],
      ['run-dispatches', run.id],
    ],
    onRefused: detail => void toast.danger('Not cancelled', { description: detail }),
  });
  if (!may.work || isRunOver(run.status)) return null;
  return (
    <>
      <Button
        size="sm"
        variant="outline"
        className="ml-auto"
        isPending={cancel.isPending}
        onPress={() => setAsking(true)}
      >
        Cancel the run
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Cancel this run?"
        confirm="Cancel the run"
        onConfirm={() => cancel.mutate()}
      >
        <WhatStops tasks={tasks} />
      </ConfirmDialog>
    </>
  );
}

/** Said before it is done: who is told to stop, what is never begun, and what stays. */
function WhatStops({ tasks }: { tasks: readonly Task[] }) {
  const atWork = tasks.filter(({ status }) => AT_WORK.includes(status));
  const notBegun = tasks.filter(({ status }) => !isTaskOver(status) && !AT_WORK.includes(status));
  const done = tasks.filter(({ status }) => status === 'done');
  return (
    <div className="flex flex-col gap-2 text-table">
      <p>
        {atWork.length === 0
          ? 'No agent works on it now.'
          : `${plural(atWork.length, 'agent')} at work or waiting ${atWork.length === 1 ? 'is' : 'are'} told to stop:`}
      </p>
      {atWork.length > 0 ? (
        <ul aria-label="Told to stop" className="flex flex-col gap-0.5">
          {atWork.slice(0, MOST_NAMED).map(task => (
            <li key={task.id} className="flex items-center gap-2">
              <StatusWord status={task.status} className="w-20 shrink-0" />
              <span className="min-w-0 truncate">{taskName(task)}</span>
              <span className="ml-auto truncate text-xs text-muted">{task.assignedTo}</span>
            </li>
          ))}
          {atWork.length > MOST_NAMED ? <li className="text-muted">and {atWork.length - MOST_NAMED} more</li> : null}
        </ul>
      ) : null}
      <p>
        {plural(notBegun.length, 'task')} that did not begin will not. {plural(done.length, 'result')} already handed in{' '}
        {done.length === 1 ? 'stays' : 'stay'}. This cannot be undone.
      </p>
    </div>
  );
}
