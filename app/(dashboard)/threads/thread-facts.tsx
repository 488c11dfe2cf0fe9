'use client';
import { toast } from '@heroui/react/toast';
import { useState } from 'react';
import { PRIORITIES } from '@/lib/domain/fields';
import { THREAD_STATUSES, type PatchThread, type Thread } from '@/lib/domain/thread/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { SelectField } from '@/app/_ui/select-field';
import { useMedia } from '@/app/_ui/use-media';
import { ReadOnlyNote } from '../_frame/read-only-note';
import { useAgentChoices } from '../_queries/use-agent-types';
import { useProjectNames } from '../_queries/use-projects';
import { MoveThread } from './move-thread';
import { ThreadCost } from './thread-cost';
import { ThreadTags } from './thread-tags';

const NONE = 'none';
/** A longer subject does not fit the header. */
const HEADER_CHARACTERS = 60;
const asChoices = (values: readonly string[]) => values.map(value => ({ value, label: value }));

/** What the thread is, at its side; folded away where there is no side. */
export function ThreadFacts({ thread }: { thread: Thread }) {
  const isWide = useMedia('(min-width: 1280px)');
  const [isOpen, setOpen] = useState(false);
  if (isWide) {
    return (
      <aside aria-label="About the thread" className="order-2 w-64 shrink-0 overflow-y-auto border-l border-border p-4">
        <Facts thread={thread} />
      </aside>
    );
  }
  return (
    <details
      open={isOpen}
      onToggle={event => setOpen(event.currentTarget.open)}
      className="order-1 shrink-0 border-b border-border"
    >
      <summary className="touch flex cursor-pointer items-center gap-2 px-4 py-2 text-xs text-muted">
        {thread.assignedTo ?? 'nobody'} · {thread.priority} · details
      </summary>
      <div className="max-h-[50dvh] overflow-y-auto px-4 pb-4">
        <Facts thread={thread} />
      </div>
    </details>
  );
}

function Facts({ thread }: { thread: Thread }) {
  const agents = useAgentChoices(thread.assignedTo);
  const projects = useProjectNames().choices;
  const may = useMay();
  const key = ['thread', thread.id];
  const change = useAction<PatchThread, Thread, Thread>({
    run: patch => api.patch<Thread>(`/api/threads/${thread.id}`, patch),
    optimistic: { key, apply: (shown, patch) => ({ ...shown, ...patch }) },
    onRefused: detail => void toast.danger('Not changed', { description: detail }),
  });
  const isDisabled = !may.work;
  const [moveTo, setMoveTo] = useState<string | null | undefined>(undefined);
  const askToMove = (projectId: string | null) => projectId !== thread.projectId && setMoveTo(projectId);
  return (
    <div className="flex flex-col gap-4">
      {thread.subject.length > HEADER_CHARACTERS ? (
        <dl className="text-xs">
          <dt className="mb-1 font-medium">Subject</dt>
          <dd className="text-muted wrap-anywhere">{thread.subject}</dd>
        </dl>
      ) : null}
      <ReadOnlyNote />
      <SelectField
        label="Status"
        isDisabled={isDisabled}
        value={thread.status}
        choices={asChoices(THREAD_STATUSES)}
        onChange={status => change.mutate({ status: status as Thread['status'] })}
      />
      <SelectField
        label="Assigned to"
        hint="Gets people’s messages that name nobody"
        isDisabled={isDisabled}
        value={thread.assignedTo ?? NONE}
        choices={[{ value: NONE, label: 'nobody' }, ...agents]}
        onChange={value => change.mutate({ assignedTo: value === NONE ? null : value })}
      />
      <SelectField
        label="Priority"
        isDisabled={isDisabled}
        value={thread.priority}
        choices={asChoices(PRIORITIES)}
        onChange={priority => change.mutate({ priority: priority as Thread['priority'] })}
      />
      <SelectField
        label="Project"
        isDisabled={isDisabled}
        value={thread.projectId ?? NONE}
        choices={[{ value: NONE, label: 'none' }, ...projects]}
        onChange={value => askToMove(value === NONE ? null : value)}
      />
      <MoveThread
        thread={thread}
        to={moveTo}
        onClose={() => setMoveTo(undefined)}
        onMove={projectId => change.mutate({ projectId })}
      />
      <ThreadTags projectId={thread.projectId} />
      <ThreadCost threadId={thread.id} />
    </div>
  );
}
