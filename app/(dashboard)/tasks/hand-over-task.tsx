'use client';
import { toast } from '@heroui/react/toast';
import type { Task } from '@/lib/domain/task/schema';
import { api } from '@/app/_live/api';
import { useAction } from '@/app/_live/use-action';
import { useAgentTypes } from '../_queries/use-agent-types';
import { HandOver } from '../_work/hand-over';
import { isOpenToHandOver } from './bulk-plan';

/** A held task of a type that is gone stands in no inbox: here is where it goes on. */
export function HandOverTask({ task, isDisabled }: { task: Task; isDisabled: boolean }) {
  const types = useAgentTypes().data?.items;
  const handOver = useAction<string, Task>({
    run: async assignedTo => {
      const moved = await api.patch<Task>(`/api/tasks/${task.id}`, { assignedTo });
      // One that waits is due with its new addressee; one that was given up stays so until it is redriven.
      return moved.status === 'dead' ? api.post<Task>(`/api/tasks/${task.id}/redrive`) : moved;
    },
    refreshes: [['task', task.id]],
    onRefused: detail => void toast.danger('Not done', { description: detail }),
  });
  const hasType = types === undefined || types.some(({ slug }) => slug === task.assignedTo);
  if (!isOpenToHandOver(task.status, hasType)) return null;
  return <HandOver from={task.assignedTo} isDisabled={isDisabled || handOver.isPending} onChoose={handOver.mutate} />;
}
