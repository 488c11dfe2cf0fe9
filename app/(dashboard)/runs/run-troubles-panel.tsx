'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import Link from 'next/link';
import { useState } from 'react';
import type { Run } from '@/lib/domain/run/schema';
import { isRunOver } from '@/lib/domain/run/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { Lamp } from '@/app/_ui/lamp';
import { plural } from '@/app/_ui/number';
import { LAMP_TINT, meaningOf } from '@/app/_ui/status';
import { useNarrow } from '@/app/_ui/use-media';
import { TroubleRow } from './trouble-row';
import { troublesOf } from './run-troubles';
import { useRunTasks } from './use-run';

/** Below these, the rest is one press away: the views stay in sight. */
const SHOWN = 3;
const SHOWN_NARROW = 1;

/** Exactly what blocks it, worst first, each with the button that helps. */
export function RunTroubles({ run }: { run: Run }) {
  const { tasks } = useRunTasks(run.id);
  const [all, setAll] = useState(false);
  const shown = useNarrow() ? SHOWN_NARROW : SHOWN;
  const isStopped = run.status === 'blocked' || run.status === 'failed';
  const troubles = isRunOver(run.status) ? [] : troublesOf(tasks);
  if (!isStopped && troubles.length === 0) return null;
  const { lamp } = meaningOf(isStopped ? run.status : 'blocked', 'run');
  const dead = troubles.filter(({ task }) => task.status === 'dead').map(({ task }) => task.id);
  return (
    <section aria-label="What blocks it" className={`shrink-0 border-b border-border ${LAMP_TINT[lamp]}`}>
      <header className="flex min-h-9 flex-wrap items-center gap-2 px-4 py-1 text-table">
        <Lamp lamp={lamp} />
        <h3 className="font-medium">
          {run.status === 'failed'
            ? `Failed: ${run.reason ?? 'its planner was given up'}`
            : troubles.length === 0
              ? (run.reason ?? 'Blocked')
              : `Blocked by ${plural(troubles.length, 'task')}`}
        </h3>
        {dead.length > 1 ? <RedriveAll run={run} taskIds={dead} /> : null}
      </header>
      {troubles.length > 0 ? (
        <ul className="max-h-72 divide-y divide-border-strong/40 overflow-y-auto border-t border-border-strong/40">
          {troubles.slice(0, all ? undefined : shown).map(trouble => (
            <TroubleRow key={trouble.task.id} run={run} trouble={trouble} />
          ))}
        </ul>
      ) : null}
      {troubles.length > shown ? (
        <Button size="sm" variant="ghost" className="mx-2 my-1" onPress={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${troubles.length}`}
        </Button>
      ) : null}
      {run.status === 'failed' && troubles.length === 0 ? (
        <p className="px-4 pb-2 text-table">
          <Link href={`/tasks/${run.planTaskId}`} className="underline underline-offset-2">
            its plan task
          </Link>
        </p>
      ) : null}
    </section>
  );
}

/** Every dead one at once, the number said first. */
function RedriveAll({ run, taskIds }: { run: Run; taskIds: readonly string[] }) {
  const [isAsking, setAsking] = useState(false);
  const may = useMay();
  const redrive = useAction<void, void>({
    run: async () => {
      for (const id of taskIds) await api.post(`/api/tasks/${id}/redrive`);
    },
    refreshes: [
      ['run', run.id],
      ['run-tasks', run.id],
    ],
    onRefused: detail => void toast.danger('Not all were redriven', { description: detail }),
  });
  if (!may.work) return null;
  const count = plural(taskIds.length, 'dead task');
  return (
    <>
      <Button
        size="sm"
        variant="outline"
        className="ml-auto border-border-strong"
        isPending={redrive.isPending}
        onPress={() => setAsking(true)}
      >
        Redrive {count}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Redrive ${count}?`}
        confirm={`Redrive ${count}`}
        onConfirm={() => redrive.mutate()}
      >
        Each is due again at once, its attempts counted from nothing. What made them fail is not undone by it.
      </ConfirmDialog>
    </>
  );
}
