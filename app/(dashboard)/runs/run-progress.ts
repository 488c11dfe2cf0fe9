import type { TaskCounts } from '@/lib/domain/run/schema';
import type { TaskStatus } from '@/lib/domain/task/schema';
import { meaningOf, type Lamp } from '@/app/_ui/status';

/** From what is behind to what is ahead, so that a bar fills from the left. */
const ORDER = [
  'done',
  'running',
  'waiting',
  'ready',
  'held',
  'blocked',
  'incomplete',
  'dead',
  'pending',
  'cancelled',
] as const satisfies readonly TaskStatus[];

export interface ProgressPart {
  status: TaskStatus;
  count: number;
  lamp: Lamp;
}

export interface Progress {
  done: number;
  of: number;
  parts: ProgressPart[];
}

export function progressOf(counts: TaskCounts): Progress {
  const parts = ORDER.flatMap(status => {
    const count = counts[status] ?? 0;
    return count === 0 ? [] : [{ status, count, lamp: meaningOf(status).lamp }];
  });
  const of = parts.reduce((sum, { count }) => sum + count, 0);
  return { done: counts.done ?? 0, of, parts };
}

export function countsOf(tasks: readonly { status: TaskStatus }[]): TaskCounts {
  const counts: TaskCounts = {};
  for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
