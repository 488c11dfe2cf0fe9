import { z } from 'zod';
import { AgentTypeSlug } from '../agent-type/schema';
import { Body, Id, NullableTimestamp, pageFields, recordFields, searchField, underField } from '../fields';
import { pathFields } from '../project/schema';
import { TASK_STATUSES, TaskResult } from '../task/schema';

export const RUN_STATUSES = ['planning', 'running', 'blocked', 'done', 'failed', 'cancelled'] as const;
export const RunStatus = z.enum(RUN_STATUSES);
export type RunStatus = z.infer<typeof RunStatus>;

/** Nothing a task does changes these any more. A failed run can go on: its planner's dead work may be redriven. */
const OVER: readonly RunStatus[] = ['done', 'cancelled'];
export const isRunOver = (status: RunStatus): boolean => OVER.includes(status);

/** Whom a dispatch of a run waits for where no agent type and no person is named; both are reserved as slugs. */
export const TO_ORCHESTRATOR = 'orchestrator';
export const TO_NEWS = 'system';

export const DEFAULT_PLANNER = 'project-management';
const SessionName = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'wants 1 to 200 printable characters without spaces')
  .describe('The user session that follows the run; it opens one run at a time');

export const TaskCounts = z
  .partialRecord(z.enum(TASK_STATUSES), z.number().int().nonnegative())
  .describe('How many of its tasks, the plan task left out, are in each status');
export type TaskCounts = z.infer<typeof TaskCounts>;

export const Run = z.object({
  ...recordFields,
  intent: z.string(),
  sessionId: z.string().nullable(),
  projectId: Id.nullable(),
  ...pathFields,
  threadId: Id,
  plannerType: z.string(),
  planTaskId: Id,
  status: RunStatus,
  reason: z.string().nullable().describe('What blocks it, or why it failed'),
  result: TaskResult.nullable(),
  taskCounts: TaskCounts,
  endedAt: NullableTimestamp,
});
export type Run = z.infer<typeof Run>;

export const CreateRun = z.strictObject({
  intent: Body.describe('What is to be reached, in words a planner can cut into tasks'),
  sessionId: SessionName.nullable().default(null),
  projectId: Id.nullable().default(null),
  plannerType: AgentTypeSlug.default(DEFAULT_PLANNER),
});
export type CreateRun = z.infer<typeof CreateRun>;

export const ListRuns = z.strictObject({
  ...pageFields,
  ...searchField,
  ...underField,
  status: RunStatus.optional(),
  sessionId: SessionName.optional(),
  plannerType: z.string().max(64).optional(),
});
export type ListRuns = z.infer<typeof ListRuns>;
