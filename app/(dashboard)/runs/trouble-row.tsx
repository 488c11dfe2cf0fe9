'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import Link from 'next/link';
import { list, nameOf } from '@/lib/domain/run/standing';
import type { Run } from '@/lib/domain/run/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { StatusWord } from '@/app/_ui/status-word';
import { taskName, type Trouble } from './run-troubles';

export function TroubleRow({ run, trouble: { task, waiters } }: { run: Run; trouble: Trouble }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5 text-table">
      <StatusWord status={task.status} className="shrink-0 sm:w-24" />
      <span className="min-w-0 flex-1 basis-full sm:basis-60">
        <Link href={`/tasks/${task.id}`} className="font-medium hover:underline">
          {taskName(task)}
        </Link>
        <span className="text-muted"> · {task.assignedTo}</span>
        {task.reason ? <span className="block break-words">{task.reason}</span> : null}
        {waiters.length > 0 ? (
          <span className="block text-xs text-muted">{list(waiters.map(nameOf))} cannot start</span>
        ) : null}
      </span>
      <Help run={run} trouble={{ task, waiters }} />
    </li>
  );
}

/** What helps it on: another try, an answer, or going on without it. */
function Help({ run, trouble: { task } }: { run: Run; trouble: Trouble }) {
  const may = useMay();
  const act = useAction<'redrive' | 'cancel', unknown>({
    run: verb => api.post(`/api/tasks/${task.id}/${verb}`),
    refreshes: [
      ['run', run.id],
      ['run-tasks', run.id],
    ],
    onRefused: detail => void toast.danger('Not done', { description: detail }),
  });
  if (!may.work) return null;
  const isStill = task.status === 'dead' || task.status === 'incomplete';
  const button = (verb: 'redrive' | 'cancel', word: string, variant: 'outline' | 'ghost') => (
    <Button
      size="sm"
      variant={variant}
      className="border-border-strong"
      isDisabled={act.isPending}
      onPress={() => act.mutate(verb)}
    >
      {word}
    </Button>
  );
  return (
    <span className="flex shrink-0 items-center gap-1">
      {isStill ? button('redrive', 'Redrive', 'outline') : null}
      {task.status === 'blocked' ? (
        <Link
          href={`/runs/${run.id}?view=questions`}
          className="touch inline-flex items-center px-2 text-xs font-medium underline underline-offset-2"
        >
          Answer it
        </Link>
      ) : null}
      {task.kind === 'work' && isStill ? button('cancel', 'Lay aside', 'ghost') : null}
    </span>
  );
}
