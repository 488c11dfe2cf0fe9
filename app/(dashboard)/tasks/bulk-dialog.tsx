'use client';
import { Button } from '@heroui/react/button';
import { useQuery } from '@tanstack/react-query';
import { MAX_PAGE, type Page } from '@/lib/domain/fields';
import type { Task } from '@/lib/domain/task/schema';
import { api, troubleOf } from '@/app/_live/api';
import type { QueryValues } from '@/app/_live/use-live-query';
import { Dialog } from '@/app/_ui/dialog';
import { ErrorState } from '@/app/_ui/error-state';
import { formatCount, plural } from '@/app/_ui/number';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { BULK_VERBS, planBulk, type BulkVerb } from './bulk-plan';
import { BulkProgress } from './bulk-progress';
import { useBulk } from './use-bulk';

interface BulkDialogProps {
  isOpen: boolean;
  onClose: () => void;
  /** The filter that the list shows. */
  query: QueryValues;
}

/** All tasks that match the filter, not only those scrolled to: counted first, then acted on. */
export function BulkDialog({ isOpen, onClose, query }: BulkDialogProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="All that match" size="md">
      <BulkForm query={query} onClose={onClose} />
    </Dialog>
  );
}

/** As many as one press may touch: more of them want a narrower filter, or a script. */
const MOST_PAGES = 5;

interface Found {
  tasks: Task[];
  isCut: boolean;
}

async function findAll(query: QueryValues, signal: AbortSignal): Promise<Found> {
  const tasks = new Map<string, Task>();
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read: Page<Task> = await api.get('/api/tasks', { signal, query: { ...query, limit: MAX_PAGE, cursor } });
    for (const task of read.items) tasks.set(task.id, task);
    cursor = read.nextCursor;
    if (cursor === null) break;
  }
  return { tasks: [...tasks.values()], isCut: cursor !== null };
}

const WORDS: Record<BulkVerb, string> = { redrive: 'Redrive', cancel: 'Cancel' };
const MEANS: Record<BulkVerb, string> = {
  redrive: 'Redriven, dead work is due again and its attempts are counted from nothing.',
  cancel: 'Cancelled, nobody works on them any more, and whoever does is told to stop. It cannot be undone.',
};

function BulkForm({ query, onClose }: Omit<BulkDialogProps, 'isOpen'>) {
  const bulk = useBulk();
  const found = useQuery({
    queryKey: ['bulk-tasks', query],
    // Counted afresh at each opening, and not again while one reads the count.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => findAll(query, signal),
  });
  if (bulk.run !== null) return <BulkProgress run={bulk.run} onStop={bulk.stop} onClose={onClose} />;
  if (found.isError) {
    return (
      <ErrorState title="They could not be counted" {...troubleOf(found.error)} onRetry={() => void found.refetch()} />
    );
  }
  if (found.data === undefined) return <SkeletonRows rows={4} />;
  const { tasks, isCut } = found.data;
  const { counts, targets } = planBulk(tasks);
  const verbs = BULK_VERBS.filter(verb => targets[verb].length > 0);
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="tabular text-sm font-medium">
          {plural(tasks.length, 'task')} {tasks.length === 1 ? 'matches' : 'match'} the filter
        </p>
        {isCut ? (
          <p className="text-table text-waiting">
            More do; only the latest {formatCount(tasks.length)} are meant here. Narrow the filter for the others.
          </p>
        ) : null}
      </div>
      <ul aria-label="By status" className="flex flex-col gap-1 text-table">
        {counts.map(({ status, count }) => (
          <li key={status} className="flex items-center gap-3">
            <StatusWord status={status} className="w-28" />
            <span className="tabular">{formatCount(count)}</span>
          </li>
        ))}
      </ul>
      {verbs.map(verb => (
        <p key={verb} className="text-table text-muted">
          {MEANS[verb]}
        </p>
      ))}
      {verbs.length === 0 ? (
        <p className="text-table text-muted">None of them can be cancelled or redriven any more.</p>
      ) : null}
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="ghost" onPress={onClose}>
          Leave them
        </Button>
        {verbs.map(verb => (
          <Button
            key={verb}
            variant={verb === 'cancel' ? 'danger' : 'primary'}
            onPress={() => void bulk.start(verb, targets[verb])}
          >
            {WORDS[verb]} {formatCount(targets[verb].length)}
          </Button>
        ))}
      </div>
    </div>
  );
}
