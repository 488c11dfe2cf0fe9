import { z } from 'zod';
import { Id, Priority, Slug, Timestamp, pageFields, recordFields, searchField, underField } from '../fields';
import { patchFields } from '../merge-patch';
import { Ledger } from '../message/schema';
import { pathFields } from '../project/schema';

export const TASK_KINDS = ['work', 'plan'] as const;
export const TASK_STATUSES = [
  'pending',
  'ready',
  'held',
  'running',
  'waiting',
  'blocked',
  'done',
  'incomplete',
  'dead',
  'cancelled',
] as const;
export const TaskStatus = z.enum(TASK_STATUSES);
export type TaskStatus = z.infer<typeof TaskStatus>;
const OVER: readonly TaskStatus[] = ['done', 'incomplete', 'dead', 'cancelled'];
export const isTaskOver = (status: TaskStatus): boolean => OVER.includes(status);

export const Deliverable = z.strictObject({
  name: z.string().min(1).max(120),
  description: z.string().max(2_000).default(''),
});
/** One declared deliverable, handed in: at least one of value, path and url is not empty. */
export const Delivered = z.strictObject({
  name: z.string().min(1).max(120),
  value: z.string().max(64_000).optional(),
  path: z.string().max(2_000).optional(),
  url: z.url().max(2_000).optional(),
});
export type Delivered = z.infer<typeof Delivered>;

export const TaskResult = z.object({
  output: z.string(),
  deliverables: z.array(Delivered),
  missing: z.array(z.string()).describe('Declared deliverables that were not handed in'),
});
export type TaskResult = z.infer<typeof TaskResult>;

export const HandedOver = z.object({
  inputs: z.record(z.string(), z.unknown()),
  context: z.string(),
  by: z.string(),
  at: Timestamp,
});

export const MAX_DEPENDENCIES = 100;
export const MAX_DELIVERABLES = 50;

export const Task = z.object({
  ...recordFields,
  title: z.string(),
  input: z.string(),
  assignedTo: z.string(),
  priority: Priority,
  projectId: Id.nullable(),
  ...pathFields,
  threadId: Id.nullable(),
  runId: Id.nullable(),
  key: z.string().nullable().describe('The planner’s own word for it; null outside a plan'),
  kind: z.enum(TASK_KINDS),
  dependsOn: z.array(Id),
  deliverables: z.array(Deliverable),
  handoff: HandedOver.nullable().describe('What was handed over to whoever does it'),
  status: TaskStatus,
  reason: z.string().nullable(),
  result: TaskResult.nullable(),
  attempts: z.number().int().nonnegative(),
  epoch: z.number().int().nonnegative(),
  dispatchId: Id.nullable(),
  ledger: Ledger,
});
export type Task = z.infer<typeof Task>;

export const CreateTask = z.strictObject({
  title: z.string().min(1).max(300),
  input: z.string().max(64_000).default(''),
  assignedTo: Slug,
  priority: Priority.default('normal'),
  projectId: Id.nullable().default(null),
  threadId: Id.nullable().default(null),
  dependsOn: z.array(Id).max(MAX_DEPENDENCIES).default([]),
  deliverables: z.array(Deliverable).max(MAX_DELIVERABLES).default([]),
});
export type CreateTask = z.infer<typeof CreateTask>;

export const PatchTask = z.strictObject(patchFields(CreateTask.omit({ threadId: true, dependsOn: true }).shape));
export type PatchTask = z.infer<typeof PatchTask>;

export const ListTasks = z.strictObject({
  ...pageFields,
  ...searchField,
  ...underField,
  status: TaskStatus.optional(),
  assignedTo: z.string().max(64).optional(),
  runId: Id.optional(),
  threadId: Id.optional(),
  priority: Priority.optional(),
  kind: z.enum(TASK_KINDS).optional(),
});
export type ListTasks = z.infer<typeof ListTasks>;
