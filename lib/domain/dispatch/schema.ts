import { z } from 'zod';
import { AgentTypeSlug, Model, Thinking } from '../agent-type/schema';
import {
  GivenTime,
  Id,
  Name,
  NullableTimestamp,
  Timestamp,
  Usage,
  pageFields,
  recordFields,
  searchField,
  underField,
} from '../fields';
import { Message } from '../message/schema';
import { PATH_FIELDS, PROJECT_KINDS, pathFields } from '../project/schema';

export const DISPATCH_STATUSES = [
  'running',
  'waiting',
  'cancelling',
  'done',
  'failed',
  'released',
  'lapsed',
  'cancelled',
  'unresponsive',
] as const;
export const DispatchStatus = z.enum(DISPATCH_STATUSES);
export type DispatchStatus = z.infer<typeof DispatchStatus>;
export const OPEN_DISPATCH_STATUSES = ['running', 'waiting', 'cancelling'] as const satisfies readonly DispatchStatus[];
export const isOpenDispatch = (status: DispatchStatus): boolean =>
  (OPEN_DISPATCH_STATUSES as readonly DispatchStatus[]).includes(status);

export const SOURCE_KINDS = ['message', 'task'] as const;
export const WorkSource = z.strictObject({ kind: z.enum(SOURCE_KINDS), id: Id });
export type WorkSource = z.infer<typeof WorkSource>;

/** Derived from two clocks, never stored: heartbeat (alive) and progress (getting on). */
export const LIVENESS = ['ok', 'quiet', 'stuck', 'lost'] as const;
export const Liveness = z.enum(LIVENESS);
export type Liveness = z.infer<typeof Liveness>;

export const Enforced = z.object({ model: z.boolean(), tools: z.boolean() });
export const MAX_OUTPUT_CHARACTERS = 64_000;
export const Output = z.string().max(MAX_OUTPUT_CHARACTERS);
export const Consumer = Name.describe('The orchestrator’s own name, stable over its restarts');

export const LateOutput = z.object({ epoch: z.number().int(), output: z.string(), at: Timestamp });

/** The record, as lists and pages show it. */
export const DispatchRecord = z.object({
  ...recordFields,
  source: WorkSource,
  title: z.string().nullable().describe('Of its work: the task’s, else the thread’s'),
  threadId: Id.nullable(),
  projectId: Id.nullable(),
  ...pathFields,
  runId: Id.nullable().describe('The run of its task'),
  agentType: z.string(),
  revision: z.number().int(),
  consumer: z.string(),
  epoch: z.number().int(),
  attempt: z.number().int(),
  mode: z.enum(['start', 'resume']),
  status: DispatchStatus,
  liveness: Liveness.nullable(),
  leaseUntil: NullableTimestamp,
  cancelRequested: z.boolean(),
  agentId: z.string().nullable(),
  transcriptUrl: z.string().nullable(),
  progress: z.object({ percent: z.number(), state: z.string(), at: Timestamp }).nullable(),
  usage: Usage.nullable().describe('Of all its turns: each epoch that told its usage counts once'),
  output: z.string().nullable(),
  lateOutput: LateOutput.nullable(),
  error: z.string().nullable(),
  question: z.object({ id: Id, answered: z.boolean() }).nullable(),
  enforced: Enforced.nullable(),
  times: z.object({
    storedAt: NullableTimestamp,
    streamedAt: NullableTimestamp,
    claimedAt: Timestamp,
    resumedAt: NullableTimestamp.describe('When its last turn after a wait was claimed'),
    firstHeartbeatAt: NullableTimestamp,
    lastHeartbeatAt: NullableTimestamp,
    progressAt: NullableTimestamp,
    waitingSince: NullableTimestamp,
    cancelRequestedAt: NullableTimestamp,
    endedAt: NullableTimestamp,
  }),
});
export type DispatchRecord = z.infer<typeof DispatchRecord>;

/** What a claim hands over: all that is needed to do the work, in one round trip. */
export const Dispatch = z.object({
  id: Id,
  epoch: z.number().int(),
  key: z.string().describe('dk_…: shown once; the agent passes it as `dispatch`'),
  leaseUntil: Timestamp,
  leaseMs: z.number().int(),
  attempt: z.number().int(),
  mode: z.enum(['start', 'resume']),
  agentId: z.string().nullable(),
  agentType: z.object({
    slug: AgentTypeSlug,
    revision: z.number().int(),
    model: Model,
    thinking: Thinking,
    tools: z.array(z.string()),
    systemPrompt: z.string(),
  }),
  source: WorkSource,
  thread: z.object({ id: Id, subject: z.string(), messages: z.array(Message.omit(PATH_FIELDS)) }).nullable(),
  context: z.array(z.object({ kind: z.enum(PROJECT_KINDS), name: z.string(), context: z.string() })),
  prompt: z.string(),
  timings: z.object({ storedAt: NullableTimestamp, streamedAt: NullableTimestamp, claimedAt: Timestamp }),
});
export type Dispatch = z.infer<typeof Dispatch>;

export const MAX_CLAIM = 100;
export const MAX_WAIT_MS = 50_000;
export const Claim = z.strictObject({
  consumer: Consumer,
  max: z.number().int().min(1).max(MAX_CLAIM).default(1),
  agentTypes: z.array(AgentTypeSlug).min(1).max(100).optional(),
  source: WorkSource.optional(),
  waitMs: z.number().int().min(0).max(MAX_WAIT_MS).default(0),
});
export type Claim = z.infer<typeof Claim>;

export const CLAIM_REASONS = ['nothing-due', 'at-capacity', 'held', 'taken'] as const;
export type ClaimReason = (typeof CLAIM_REASONS)[number];
export const ClaimResult = z.object({ dispatches: z.array(Dispatch), reason: z.enum(CLAIM_REASONS).optional() });
export type ClaimResult = z.infer<typeof ClaimResult>;

const Epoch = z.number().int().positive();
export const HeartbeatDispatch = z.strictObject({ epoch: Epoch });
export const HeartbeatResult = z.object({
  id: Id,
  status: DispatchStatus,
  epoch: z.number().int(),
  leaseUntil: NullableTimestamp,
  cancelRequested: z.boolean(),
});
export type HeartbeatResult = z.infer<typeof HeartbeatResult>;
export const ProgressDispatch = z.strictObject({
  epoch: Epoch,
  percent: z.number().min(0).max(100).optional(),
  state: z.string().max(2_000).optional(),
  agentId: z.string().min(1).max(200).optional(),
  transcriptUrl: z.string().max(2_000).optional(),
  enforced: z.strictObject({ model: z.boolean(), tools: z.boolean() }).optional(),
});
export type ProgressDispatch = z.infer<typeof ProgressDispatch>;
export const CompleteDispatch = z.strictObject({ epoch: Epoch, output: Output, usage: Usage.optional() });
export type CompleteDispatch = z.infer<typeof CompleteDispatch>;
export const CompleteMany = z.strictObject({
  items: z
    .array(CompleteDispatch.extend({ id: Id }))
    .min(1)
    .max(MAX_CLAIM),
});
export const FailDispatch = z.strictObject({
  epoch: Epoch,
  error: z.string().min(1).max(8_000),
  retryable: z.boolean(),
  retryNotBefore: GivenTime.optional().describe('The account takes nothing before then, at most for 8 days'),
  usage: Usage.optional().describe('A failed turn costs too'),
});
export type FailDispatch = z.infer<typeof FailDispatch>;
export const ReleaseDispatch = z.strictObject({ epoch: Epoch });

/** Longer than all of them joined. */
const MOST_LIST_CHARACTERS = 200;
const severalOf = <T extends string>(known: readonly T[]) =>
  z
    .string()
    .max(MOST_LIST_CHARACTERS)
    .transform((list, check) => {
      const values = list.split(',').map(value => value.trim());
      const unknown = values.find(value => !(known as readonly string[]).includes(value));
      if (unknown !== undefined) {
        check.addIssue({ code: 'custom', message: `got '${unknown}', wants of: ${known.join(', ')}` });
      }
      return values as T[];
    });

export const ListDispatches = z.strictObject({
  ...pageFields,
  q: searchField.q.describe('Text to find in its error or late output; its output stands in its thread or report'),
  ...underField,
  status: severalOf(DISPATCH_STATUSES)
    .optional()
    .describe(`One or several, joined by commas: ${DISPATCH_STATUSES.join(', ')}`),
  liveness: severalOf(LIVENESS)
    .optional()
    .describe(
      `As it is now, one or several, joined by commas: ${LIVENESS.join(', ')}. What waits has none; lost has what ended so too`,
    ),
  agentType: z.string().max(64).optional(),
  threadId: Id.optional(),
  consumer: z.string().max(64).optional(),
  sourceId: Id.optional(),
  runId: Id.optional(),
});
export type ListDispatches = z.infer<typeof ListDispatches>;
