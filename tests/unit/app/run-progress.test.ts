import { describe, expect, it } from 'vitest';
import { countsOf, progressOf } from '@/app/(dashboard)/runs/run-progress';
import { troublesOf } from '@/app/(dashboard)/runs/run-troubles';
import { TASK_STATUSES, type Task, type TaskStatus } from '@/lib/domain/task/schema';

const task = (id: string, status: TaskStatus, ...dependsOn: string[]): Task => ({ id, status, dependsOn }) as Task;

describe('progress of a run', () => {
  it('is done of all, and has a part for every status there is', () => {
    expect(progressOf({ done: 3, running: 2, cancelled: 4, dead: 1 })).toMatchObject({ done: 3, of: 10 });
    const every = Object.fromEntries(TASK_STATUSES.map(status => [status, 1]));
    expect(
      progressOf(every)
        .parts.map(({ status }) => status)
        .toSorted(),
    ).toEqual([...TASK_STATUSES].toSorted());
  });

  it('of a run without tasks is nothing of nothing', () => {
    expect(progressOf({})).toEqual({ done: 0, of: 0, parts: [] });
  });

  it('counted from the tasks is the same', () => {
    expect(countsOf([task('a', 'done'), task('b', 'done'), task('c', 'ready')])).toEqual({ done: 2, ready: 1 });
  });
});

describe('what blocks a run', () => {
  it('is named worst first, each with what waits behind it', () => {
    const tasks = [
      task('blocked', 'blocked'),
      task('dead', 'dead'),
      task('behind', 'pending', 'dead', 'blocked'),
      task('fine', 'done'),
    ];
    expect(troublesOf(tasks).map(({ task: { id }, waiters }) => [id, waiters.map(each => each.id)])).toEqual([
      ['dead', ['behind']],
      ['blocked', ['behind']],
    ]);
  });

  it('is a cancelled task only where something needs it', () => {
    expect(troublesOf([task('aside', 'cancelled')])).toEqual([]);
    expect(troublesOf([task('aside', 'cancelled'), task('behind', 'pending', 'aside')])).toHaveLength(1);
  });
});
