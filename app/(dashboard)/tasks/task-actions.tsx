'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useState } from 'react';
import type { Task } from '@/lib/domain/task/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { isOpenTo, type BulkVerb } from './bulk-plan';
import { HandOverTask } from './hand-over-task';

/** What a person may do with the task as it stands: one that was given up, or came back incomplete, is parked for this. */
export function TaskActions({ task }: { task: Task }) {
  const [isAsking, setAsking] = useState(false);
  const may = useMay();
  const act = useAction<BulkVerb, Task>({
    run: verb => api.post<Task>(`/api/tasks/${task.id}/${verb}`),
    refreshes: [['task', task.id]],
    onRefused: detail => void toast.danger('Not done', { description: detail }),
  });
  const mayBe = (verb: BulkVerb) => may.work && isOpenTo(verb, task.status);
  if (!mayBe('redrive') && !mayBe('cancel')) return null;
  return (
    <span className="ml-auto flex flex-wrap justify-end gap-2">
      {mayBe('redrive') ? (
        <Button size="sm" isPending={act.isPending} onPress={() => act.mutate('redrive')}>
          Redrive
        </Button>
      ) : null}
      {mayBe('cancel') ? (
        <Button size="sm" variant="outline" isPending={act.isPending} onPress={() => setAsking(true)}>
          Cancel the task
        </Button>
      ) : null}
      {may.work ? <HandOverTask task={task} isDisabled={act.isPending} /> : null}
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Cancel this task?"
        confirm="Cancel the task"
        onConfirm={() => act.mutate('cancel')}
      >
        Nobody will work on it any more. An agent that already does is told to stop. Tasks that depend on it stay
        pending.
      </ConfirmDialog>
    </span>
  );
}
