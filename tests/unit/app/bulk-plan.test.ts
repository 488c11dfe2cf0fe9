import { describe, expect, it } from 'vitest';
import { isOpenToHandOver, planBulk } from '@/app/(dashboard)/tasks/bulk-plan';
import { TASK_STATUSES, type Task } from '@/lib/domain/task/schema';

const task = (status: Task['status'], at: number) => ({ id: `${status}-${at}`, status }) as Task;

describe('many tasks at once', () => {
  it('are counted by status, most first', () => {
    const tasks = [task('ready', 1), task('dead', 1), task('dead', 2)];
    expect(planBulk(tasks).counts).toEqual([
      { status: 'dead', count: 2 },
      { status: 'ready', count: 1 },
    ]);
  });

  it('are redriven when they stand still and cancelled when not over', () => {
    const { targets } = planBulk(TASK_STATUSES.map(status => task(status, 1)));
    const left = (verb: 'redrive' | 'cancel') => targets[verb].map(({ status }) => status);
    expect(left('redrive').toSorted()).toEqual(['dead', 'incomplete']);
    expect(TASK_STATUSES.filter(status => !left('cancel').includes(status))).toEqual(['done', 'cancelled']);
  });
});

const openTo = (hasType: boolean) => TASK_STATUSES.filter(status => isOpenToHandOver(status, hasType));

describe('one that stands still', () => {
  it('is handed over when it was given up, or waits for a type that is gone; not while somebody works on it', () => {
    expect(openTo(true)).toEqual(['dead']);
    expect(openTo(false)).toEqual(['pending', 'ready', 'held', 'dead']);
  });
});
