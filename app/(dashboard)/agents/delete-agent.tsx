'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import { api } from '@/app/_live/api';
import { useAction } from '@/app/_live/use-action';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';

interface DeleteAgentProps {
  agent: AgentType;
  /** Told before it is deleted, and again when that was refused. */
  onLeaving: (isLeaving: boolean) => void;
}

export function DeleteAgent({ agent, onLeaving }: DeleteAgentProps) {
  const [isAsking, setAsking] = useState(false);
  const router = useRouter();
  const remove = useAction<void, void>({
    run: () => {
      onLeaving(true);
      return api.delete(`/api/agent-types/${agent.slug}`);
    },
    refreshes: [['agent-types']],
    onDone: () => router.push('/agents'),
    onRefused: detail => {
      onLeaving(false);
      toast.danger('Not deleted', { description: detail });
    },
  });
  return (
    <div className="border-t border-border pt-5">
      <Button size="sm" variant="danger-soft" isPending={remove.isPending} onPress={() => setAsking(true)}>
        Delete this agent type
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete ${agent.slug}?`}
        confirm="Delete it"
        onConfirm={() => remove.mutate()}
      >
        Work addressed to it waits as unroutable until such a type exists again. Its messages and threads stay.
      </ConfirmDialog>
    </div>
  );
}
