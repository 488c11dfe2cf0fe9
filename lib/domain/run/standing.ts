import { isRunOver, type RunStatus } from './schema';
import { isTaskOver, type TaskStatus } from '../task/schema';

/** How a run stands, from its tasks alone. Pure, so that any process may compute it, at any time, as often as it likes. */

export interface StandingTask {
  id: string;
  /** The planner's own word; null for one that somebody else put into the run. */
  key: string | null;
  status: TaskStatus;
  reason: string | null;
  /** Null: what is stored cannot be read, so that nothing ever makes it ready. */
  dependsOn: readonly string[] | null;
}

export interface Standing {
  status: RunStatus;
  reason: string | null;
}

/** Pending for ever, unless a person brings back what it needs: something it depends on is over and not done. */
export function strandedTasks<T extends StandingTask>(tasks: readonly T[]): T[] {
  const byId = new Map(tasks.map(task => [task.id, task]));
  const known = new Map<string, boolean>();
  const isLost = (id: string): boolean => {
    const need = byId.get(id);
    return need !== undefined && ((isTaskOver(need.status) && need.status !== 'done') || isStranded(need));
  };
  const isStranded = (task: StandingTask): boolean => {
    if (task.status !== 'pending') return false;
    const before = known.get(task.id);
    if (before !== undefined) return before;
    // Set first: a circle, which only a raw insert can make, then ends the walk instead of going round.
    known.set(task.id, false);
    const stranded = task.dependsOn?.some(isLost) ?? true;
    known.set(task.id, stranded);
    return stranded;
  };
  return tasks.filter(isStranded);
}

/** Tasks that still move by themselves, or wait for an answer: the run is not over while there is one. */
export function openTasks<T extends StandingTask>(tasks: readonly T[]): T[] {
  const stranded = new Set<StandingTask>(strandedTasks(tasks));
  return tasks.filter(task => !isTaskOver(task.status) && !stranded.has(task));
}

const BLOCKING: readonly TaskStatus[] = ['incomplete', 'dead', 'blocked'];
/** The reason names so many; a page lists the rest. */
const MOST_NAMED = 5;
const MAX_REASON_CHARACTERS = 2_000;

export function standingOf(now: RunStatus, plan: StandingTask | null, tasks: readonly StandingTask[]): Standing {
  if (isRunOver(now)) return { status: now, reason: null };
  if (plan === null) return { status: 'planning', reason: null };
  if (plan.status === 'done') return { status: 'done', reason: null };
  if (plan.status === 'dead') return { status: 'failed', reason: `its planner ended: ${plan.reason ?? 'dead'}` };
  if (plan.status === 'cancelled') return { status: 'cancelled', reason: plan.reason };
  const blocking = [...(BLOCKING.includes(plan.status) ? [plan] : []), ...tasks.filter(task => blocks(task, tasks))];
  if (blocking.length > 0) return { status: 'blocked', reason: reasonOf(blocking, plan, tasks) };
  return { status: tasks.length === 0 ? 'planning' : 'running', reason: null };
}

const waitersOf = (task: StandingTask, tasks: readonly StandingTask[]): StandingTask[] =>
  tasks.filter(({ status, dependsOn }) => status === 'pending' && dependsOn?.includes(task.id));

function blocks(task: StandingTask, tasks: readonly StandingTask[]): boolean {
  if (BLOCKING.includes(task.status)) return true;
  return task.status === 'cancelled' && waitersOf(task, tasks).length > 0;
}

function reasonOf(blocking: readonly StandingTask[], plan: StandingTask, tasks: readonly StandingTask[]): string {
  const named = blocking.slice(0, MOST_NAMED).map(task => {
    const waiters = waitersOf(task, tasks).map(nameOf);
    const why = task.reason ? ` (${task.reason})` : '';
    const wait = waiters.length > 0 ? `; ${list(waiters)} cannot start` : '';
    return `${task === plan ? 'the plan' : nameOf(task)} is ${task.status}${why}${wait}`;
  });
  const more = blocking.length > MOST_NAMED ? ` · and ${blocking.length - MOST_NAMED} more` : '';
  return `${named.join(' · ')}${more}`.slice(0, MAX_REASON_CHARACTERS);
}

export const nameOf = ({ key, id }: Pick<StandingTask, 'key' | 'id'>): string => key ?? id;
export const list = (names: readonly string[]): string =>
  names.length > MOST_NAMED
    ? `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`
    : names.join(', ');
