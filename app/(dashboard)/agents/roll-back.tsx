'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AgentType, AgentTypeRevision } from '@/lib/domain/agent-type/schema';
import { api } from '@/app/_live/api';
import { useAction } from '@/app/_live/use-action';
import { ChangeList } from '@/app/_ui/change-list';
import { Dialog } from '@/app/_ui/dialog';
import { compareRevisions } from './compare-revisions';

interface RollBackProps {
  agent: AgentType;
  revisions: readonly AgentTypeRevision[];
  /** Whose settings come back. */
  revision: number;
}

/** What would change is shown first; a save from elsewhere in between is refused rather than written over. */
export function RollBack({ agent, revisions, revision }: RollBackProps) {
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const rollBack = useAction<number, AgentType>({
    run: currentRevision =>
      api.post<AgentType>(`/api/agent-types/${agent.slug}/rollback`, { revision, currentRevision }),
    refreshes: [
      ['agent-type', agent.slug],
      ['agent-revisions', agent.slug],
    ],
    onDone: saved => {
      client.setQueryData(['agent-type', agent.slug], saved);
      toast.success(`As revision ${revision} was; saved as revision ${saved.revision}`);
    },
    onRefused: detail => void toast.danger('Not rolled back', { description: detail }),
  });
  const changes = compareRevisions(revisions, agent.revision, revision);
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        className="ml-auto h-7"
        isPending={rollBack.isPending}
        onPress={() => setAsking(true)}
      >
        Roll back to this
      </Button>
      <Dialog
        isOpen={isAsking}
        onClose={close}
        title={`Roll back to revision ${revision}?`}
        footer={
          <>
            <Button variant="ghost" onPress={close}>
              Keep revision {agent.revision}
            </Button>
            <Button
              onPress={() => {
                close();
                rollBack.mutate(agent.revision);
              }}
            >
              Roll back
            </Button>
          </>
        }
      >
        <p className="mb-4 text-table">
          It is saved as revision {agent.revision + 1}, so this too can be taken back. Agents at work keep what they
          were given.
        </p>
        {changes.length === 0 ? (
          <p className="text-table text-muted">No field differs between the two.</p>
        ) : (
          <ChangeList changes={changes} />
        )}
      </Dialog>
    </>
  );
}
