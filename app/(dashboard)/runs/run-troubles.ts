import type { Task } from '@/lib/domain/task/schema';

/** What a run cannot get past by itself, and what waits behind it. */
export interface Trouble {
  task: Task;
  /** Pending tasks that need it. */
  waiters: Task[];
}

/** The plan before all, for nothing goes on without it; then worst first: what nobody works on any more, then what waits for help. */
const RANK: Partial<Record<Task['status'], number>> = { dead: 0, incomplete: 1, blocked: 2, cancelled: 3 };

export function troublesOf(tasks: readonly Task[]): Trouble[] {
  const waiters = new Map<string, Task[]>();
  for (const task of tasks) {
    if (task.status !== 'pending') continue;
    for (const id of task.dependsOn) waiters.set(id, [...(waiters.get(id) ?? []), task]);
  }
  return tasks
    .filter(({ id, status }) => RANK[status] !== undefined && (status !== 'cancelled' || waiters.has(id)))
    .map(task => ({ task, waiters: waiters.get(task.id) ?? [] }))
    .toSorted(
      (a, b) =>
        Number(b.task.kind === 'plan') - Number(a.task.kind === 'plan') ||
        RANK[a.task.status]! - RANK[b.task.status]! ||
        b.waiters.length - a.waiters.length,
    );
}

/** The planner's own word, where it gave one. */
export const taskName = ({ kind, key, title }: Pick<Task, 'kind' | 'key' | 'title'>): string =>
  kind === 'plan' ? 'the plan' : (key ?? title);

/** Without the first words that every plan task begins with. */
export const taskTitle = ({ kind, title }: Pick<Task, 'kind' | 'title'>): string =>
  kind === 'plan' ? 'Plan and steer the run' : title;
