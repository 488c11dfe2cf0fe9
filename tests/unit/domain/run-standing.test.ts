import { describe, expect, test } from 'vitest';
import { openTasks, standingOf, strandedTasks, type StandingTask } from '@/lib/domain/run/standing';
import { TASK_STATUSES, type TaskStatus } from '@/lib/domain/task/schema';
import type { RunStatus } from '@/lib/domain/run/schema';

const task = (
  key: string,
  status: TaskStatus,
  dependsOn: string[] = [],
  reason: string | null = null,
): StandingTask => ({
  id: key,
  key,
  status,
  reason,
  dependsOn,
});
const plan = (status: TaskStatus) => task('plan', status);

/** Of a run with a plan task that waits and one task in each status. */
const WITH_ONE: Record<TaskStatus, RunStatus> = {
  pending: 'running',
  ready: 'running',
  held: 'running',
  running: 'running',
  waiting: 'running',
  blocked: 'blocked',
  done: 'running',
  incomplete: 'blocked',
  dead: 'blocked',
  cancelled: 'running',
};
/** Of a run without tasks, by its plan task. */
const WITH_PLAN: Record<TaskStatus, RunStatus> = {
  pending: 'planning',
  ready: 'planning',
  held: 'planning',
  running: 'planning',
  waiting: 'planning',
  blocked: 'blocked',
  done: 'done',
  incomplete: 'blocked',
  dead: 'failed',
  cancelled: 'cancelled',
};

describe('how a run stands', () => {
  test.each(TASK_STATUSES)('with one task that is %s', status => {
    expect(standingOf('running', plan('waiting'), [task('a', status)]).status).toBe(WITH_ONE[status]);
  });

  test.each(TASK_STATUSES)('with a plan task that is %s', status => {
    expect(standingOf('planning', plan(status), []).status).toBe(WITH_PLAN[status]);
  });

  test('what is over stays over, and a plan task that is not there yet is planning', () => {
    expect(standingOf('cancelled', plan('running'), [task('a', 'dead')]).status).toBe('cancelled');
    expect(standingOf('done', plan('done'), [task('a', 'dead')]).status).toBe('done');
    expect(standingOf('planning', null, []).status).toBe('planning');
  });

  test('cancelled blocks only where something waits for it', () => {
    const tasks = [task('a', 'cancelled'), task('b', 'pending', ['a'])];
    expect(standingOf('running', plan('waiting'), tasks)).toEqual({
      status: 'blocked',
      reason: 'a is cancelled; b cannot start',
    });
  });

  test('the reason names five and counts the rest', () => {
    const tasks = Array.from({ length: 8 }, (_, at) => task(`t${at}`, 'dead', [], 'boom'));
    const { reason } = standingOf('running', plan('waiting'), tasks);
    expect(reason).toContain('t4 is dead (boom) · and 3 more');
    expect(reason).not.toContain('t5');
  });
});

describe('what is still open', () => {
  test('not what can never start, through any number of steps', () => {
    const tasks = [
      task('a', 'incomplete'),
      task('b', 'pending', ['a']),
      task('c', 'pending', ['b', 'd']),
      task('d', 'running'),
      task('e', 'pending', ['d']),
    ];
    expect(strandedTasks(tasks).map(({ key }) => key)).toEqual(['b', 'c']);
    expect(openTasks(tasks).map(({ key }) => key)).toEqual(['d', 'e']);
  });

  test('what it waits for cannot be read', () => {
    const tasks = [{ ...task('a', 'pending'), dependsOn: null }, task('b', 'pending', ['a']), task('c', 'running')];
    expect(openTasks(tasks).map(({ key }) => key)).toEqual(['c']);
    expect(standingOf('running', plan('waiting'), tasks)).toEqual({ status: 'running', reason: null });
  });

  test('a circle that a raw insert made ends the walk', () => {
    const tasks = [task('a', 'pending', ['b']), task('b', 'pending', ['a'])];
    expect(strandedTasks(tasks)).toEqual([]);
  });
});
