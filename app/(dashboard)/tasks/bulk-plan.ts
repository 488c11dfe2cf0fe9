import type { Task, TaskStatus } from '@/lib/domain/task/schema';

/** What can be done with many tasks at once, and which of them the server lets it be done with. */
export const BULK_VERBS = ['redrive', 'cancel'] as const;
export type BulkVerb = (typeof BULK_VERBS)[number];

const ALLOWED: Record<BulkVerb, readonly TaskStatus[]> = {
  redrive: ['dead', 'incomplete'],
  cancel: ['pending', 'ready', 'held', 'running', 'waiting', 'blocked', 'incomplete', 'dead'],
};

/** Whether the server lets it be done with a task that stands so. */
export const isOpenTo = (verb: BulkVerb, status: TaskStatus): boolean => ALLOWED[verb].includes(status);

/** Waiting for an agent type that is not there, nothing but another one ends that. */
const WAITING: readonly TaskStatus[] = ['pending', 'ready', 'held'];

/** As in the inbox: work that was given up, or that no agent type can take. */
export const isOpenToHandOver = (status: TaskStatus, hasType: boolean): boolean =>
  status === 'dead' || (!hasType && WAITING.includes(status));

export interface BulkPlan {
  /** How many of the tasks stand how, most first. */
  counts: { status: TaskStatus; count: number }[];
  targets: Record<BulkVerb, Task[]>;
}

export function planBulk(tasks: readonly Task[]): BulkPlan {
  const byStatus = new Map<TaskStatus, number>();
  for (const { status } of tasks) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  const counts = [...byStatus].map(([status, count]) => ({ status, count })).toSorted((a, b) => b.count - a.count);
  const targetsOf = (verb: BulkVerb) => tasks.filter(({ status }) => isOpenTo(verb, status));
  return { counts, targets: { redrive: targetsOf('redrive'), cancel: targetsOf('cancel') } };
}
