'use client';
import { Button } from '@heroui/react/button';
import { useQuery } from '@tanstack/react-query';
import { MAX_PAGE, type Page } from '@/lib/domain/fields';
import type { ProjectContext } from '@/lib/domain/project/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { Thread } from '@/lib/domain/thread/schema';
import { api, troubleOf } from '@/app/_live/api';
import { ChangeList } from '@/app/_ui/change-list';
import { Dialog } from '@/app/_ui/dialog';
import { ErrorState } from '@/app/_ui/error-state';
import { formatCount, plural } from '@/app/_ui/number';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useProjectNames } from '../_queries/use-projects';
import { cascadeChanges } from './cascade-changes';

interface MoveThreadProps {
  thread: Thread;
  /** Where to; undefined: nobody asks. Null: out of every project. */
  to: string | null | undefined;
  onClose: () => void;
  onMove: (projectId: string | null) => void;
}

/** What follows from the move is shown before it is made: tags, what agents get, and what goes along. */
export function MoveThread({ thread, to, onClose, onMove }: MoveThreadProps) {
  const name = useProjectNames().pathOf(to ?? null);
  return (
    <Dialog
      isOpen={to !== undefined}
      onClose={onClose}
      title={name === null ? 'Take the thread out of its project?' : `Move the thread to ${name}?`}
      footer={
        <>
          <Button variant="ghost" onPress={onClose}>
            Leave it here
          </Button>
          <Button
            onPress={() => {
              onMove(to ?? null);
              onClose();
            }}
          >
            Move the thread
          </Button>
        </>
      }
    >
      {to === undefined ? null : <Cascade thread={thread} to={to} />}
    </Dialog>
  );
}

const NOWHERE: ProjectContext = { steps: [], labels: {}, labelsLeftOut: 0 };

async function readContext(projectId: string | null, signal: AbortSignal): Promise<ProjectContext> {
  return projectId === null ? NOWHERE : api.get<ProjectContext>(`/api/projects/${projectId}/context`, { signal });
}

function Cascade({ thread, to }: { thread: Thread; to: string | null }) {
  const read = useQuery({
    queryKey: ['move-thread', thread.id, thread.projectId, to],
    // Asked afresh each time: what is agreed to is what stands there now.
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const [before, after, tasks] = await Promise.all([
        readContext(thread.projectId, signal),
        readContext(to, signal),
        api.get<Page<Task>>('/api/tasks', { signal, query: { threadId: thread.id, limit: MAX_PAGE } }),
      ]);
      return { changes: cascadeChanges(before, after), tasks };
    },
  });
  if (read.isError) {
    return (
      <ErrorState
        title="What follows could not be read"
        {...troubleOf(read.error)}
        onRetry={() => void read.refetch()}
      />
    );
  }
  if (read.data === undefined) return <SkeletonRows rows={4} />;
  const { changes, tasks } = read.data;
  const more = tasks.nextCursor !== null;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-table">
        {plural(thread.messageCount, 'message')} and{' '}
        {more ? `more than ${formatCount(tasks.items.length)} tasks` : plural(tasks.items.length, 'task')} go along.
        Filters, streams and costs count them there; an agent at work keeps what it was given, the next one gets the new
        context.
      </p>
      {changes.length === 0 ? (
        <p className="text-table text-muted">Nothing else changes: both give the same tags and context.</p>
      ) : (
        <ChangeList changes={changes} />
      )}
    </div>
  );
}
