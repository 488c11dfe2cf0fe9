import { z } from 'zod';
import { AgentTypeSlug } from '../agent-type/schema';
import type { FieldError } from '../errors';
import { Name, Priority } from '../fields';
import { Deliverable, MAX_DELIVERABLES, MAX_DEPENDENCIES } from '../task/schema';

/** A call is one message of a model; a plan longer than this is made in parts. */
export const MAX_PLANNED = 100;
/** What a planner can still survey, and a run's standing is computed from in one read. */
export const MAX_RUN_TASKS = 500;

export const TaskKey = Name.describe('Your own word for the task, unique in the run');

export const PlannedTask = z.strictObject({
  key: TaskKey,
  title: z.string().min(1).max(300),
  assignedTo: AgentTypeSlug,
  input: z.string().max(64_000).default('').describe('All the worker needs; it sees no other task'),
  dependsOn: z.array(TaskKey).max(MAX_DEPENDENCIES).default([]).describe('Keys, of this call or earlier ones'),
  deliverables: z.array(Deliverable).max(MAX_DELIVERABLES).default([]),
  priority: Priority.default('normal'),
});
export type PlannedTask = z.infer<typeof PlannedTask>;

export const PlanTasks = z.strictObject({ tasks: z.array(PlannedTask).min(1).max(MAX_PLANNED) });
export type PlanTasks = z.infer<typeof PlanTasks>;

/** Everything that is wrong with a plan by itself. `earlier`: keys the run has already. */
export function judgePlan(tasks: readonly PlannedTask[], earlier: ReadonlySet<string>): FieldError[] {
  const keys = tasks.map(({ key }) => key);
  const known = new Set([...keys, ...earlier]);
  const errors = tasks.flatMap(({ key, dependsOn, deliverables }, at) => [
    ...(keys.indexOf(key) === at ? [] : [error(`tasks.${at}.key`, `got '${key}' twice, wants each key once`)]),
    ...dependsOn.flatMap((need, place) =>
      needErrors(`tasks.${at}.dependsOn.${place}`, { key, dependsOn, need, place, known }),
    ),
    ...twice(deliverables.map(({ name }) => name)).map(place =>
      error(`tasks.${at}.deliverables.${place}.name`, `got '${deliverables[place]!.name}' twice, wants each name once`),
    ),
  ]);
  return errors.length > 0 ? errors : circleErrors(tasks);
}

const error = (path: string, message: string): FieldError => ({ path, message });
const twice = (names: readonly string[]): number[] =>
  names.flatMap((name, place) => (names.indexOf(name) === place ? [] : [place]));

interface Need {
  key: string;
  dependsOn: readonly string[];
  need: string;
  place: number;
  known: ReadonlySet<string>;
}

function needErrors(path: string, { key, dependsOn, need, place, known }: Need): FieldError[] {
  if (need === key) return [error(path, `got '${need}', the task itself`)];
  if (!known.has(need)) return [error(path, `got '${need}', wants the key of a task of this run`)];
  return dependsOn.indexOf(need) === place ? [] : [error(path, `got '${need}' twice, wants each key once`)];
}

function circleErrors(tasks: readonly PlannedTask[]): FieldError[] {
  const ordered = new Set(inOrder(tasks));
  const at = tasks.findIndex(task => !ordered.has(task));
  if (at === -1) return [];
  const stuck = new Set(tasks.filter(task => !ordered.has(task)).map(({ key }) => key));
  const place = tasks[at]!.dependsOn.findIndex(key => stuck.has(key));
  return [error(`tasks.${at}.dependsOn.${place}`, `goes round in a circle: ${[...stuck].slice(0, 10).join(', ')}`)];
}

/** Each after all it depends on; those in a circle are missing. */
export function inOrder(tasks: readonly PlannedTask[]): PlannedTask[] {
  const mine = new Set(tasks.map(({ key }) => key));
  const placed = new Set<string>();
  const ordered: PlannedTask[] = [];
  let left = [...tasks];
  for (;;) {
    const free = left.filter(({ dependsOn }) => dependsOn.every(key => placed.has(key) || !mine.has(key)));
    if (free.length === 0) return ordered;
    ordered.push(...free);
    for (const { key } of free) placed.add(key);
    left = left.filter(task => !free.includes(task));
  }
}
