import { z } from 'zod';
import { Priority, Slug, recordFields } from '../fields';
import { orDefault, patchFields } from '../merge-patch';

/** Words that name somebody or something else than an agent type, or a route beside `/:slug`. */
export const RESERVED_SLUGS = ['human', 'user', 'system', 'orchestrator', 'controller', 'export', 'import'] as const;

export const AgentTypeSlug = Slug.refine(slug => !(RESERVED_SLUGS as readonly string[]).includes(slug), {
  error: issue => `'${String(issue.input)}' is reserved; choose another`,
});

export const MODEL_ALIASES = ['opus', 'sonnet', 'haiku', 'inherit'] as const;
export const Model = z
  .string()
  .regex(
    /^(?:opus|sonnet|haiku|inherit|[a-z][a-z0-9]*(?:[-._:@/][A-Za-z0-9]+)+)$/,
    'wants opus, sonnet, haiku, inherit, or a full model id',
  )
  .max(128)
  .describe('opus, sonnet, haiku, inherit, or a full model id');

export const THINKING_LEVELS = ['off', 'low', 'medium', 'high', 'max'] as const;
export const Thinking = z.enum(THINKING_LEVELS);

export const ToolPattern = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*(?:\([^()]{1,200}\))?(?:\*)?$|^mcp__[A-Za-z0-9_.*-]+$/, {
    error: 'wants a Claude Code tool name such as Read or Bash(git *), or a pattern mcp__server__tool',
  })
  .max(256);

export const MIN_LEASE_MS = 1_000;
const DAY = 86_400_000;
const span = (least: number) => z.number().int().min(least).max(DAY);

export const Thresholds = z.strictObject({
  minPriority: Priority.default('low').describe('Work below this is held'),
  leaseMs: span(MIN_LEASE_MS).default(60_000).describe('How long a claim holds without a heartbeat, ms'),
  maxAttempts: z.number().int().min(1).max(100).default(5).describe('Attempts before the work is dead'),
  quietAfterMs: span(1).default(120_000).describe('No progress for this long: quiet, ms'),
  stuckAfterMs: span(1).default(600_000).describe('No progress for this long: stuck, ms'),
  dailyBudgetUsd: z
    .number()
    .positive()
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe('Per UTC day; null = no limit'),
});
export type Thresholds = z.infer<typeof Thresholds>;
export const DEFAULT_THRESHOLDS: Thresholds = Thresholds.parse({});

export const MAX_CONCURRENCY = 10_000;

/** What a person sets; every change of it is a revision. */
const editable = {
  name: z.string().min(1).max(120),
  description: z.string().max(2_000),
  model: Model,
  thinking: Thinking,
  tools: z.array(ToolPattern).max(200).describe('[] = all the session has'),
  systemPrompt: z.string().max(60_000),
  concurrency: z.number().int().min(1).max(MAX_CONCURRENCY).describe('Running at once, over all orchestrators'),
  paused: z.boolean(),
  enabled: z.boolean(),
  reportsTo: Slug.nullable().describe('Slug of the agent type that leads it'),
  thresholds: Thresholds,
};

export const BUDGET_STATES = ['unenforced', 'enforced', 'reached'] as const;
/** How `thresholds.dailyBudgetUsd` stands, read with the record. */
export const Budget = z
  .object({
    state: z
      .enum(BUDGET_STATES)
      .describe(
        'unenforced: no dispatch told a costUsd today, so there is nothing to hold against the budget; enforced: counted, and not used up; reached: the type’s work is held until 00:00 UTC or a higher budget',
      ),
    dailyUsd: z.number(),
    spentTodayUsd: z.number().nullable().describe('Since 00:00 UTC; null: no dispatch told a costUsd today'),
  })
  .describe('null: the type has no daily budget');
export type Budget = z.infer<typeof Budget>;

export const AgentType = z.object({
  ...recordFields,
  slug: AgentTypeSlug,
  ...editable,
  revision: z.number().int().positive(),
  budget: Budget.nullable(),
});
export type AgentType = z.infer<typeof AgentType>;
export type AgentTypeSettings = Pick<AgentType, keyof typeof editable>;
export const AGENT_TYPE_SETTINGS = Object.keys(editable) as (keyof AgentTypeSettings)[];

export const CreateAgentType = z.strictObject({
  slug: AgentTypeSlug,
  name: editable.name,
  description: editable.description.default(''),
  model: Model.default('inherit'),
  thinking: Thinking.default('medium'),
  tools: editable.tools.default([]),
  systemPrompt: editable.systemPrompt.default(''),
  concurrency: editable.concurrency.default(1),
  paused: z.boolean().default(false),
  enabled: z.boolean().default(true),
  reportsTo: editable.reportsTo.default(null),
  thresholds: Thresholds.prefault({}),
});
export type CreateAgentType = z.infer<typeof CreateAgentType>;

export const PatchAgentType = z.strictObject({
  ...patchFields(CreateAgentType.omit({ slug: true }).shape),
  thresholds: orDefault(z.strictObject(patchFields(Thresholds.shape)), DEFAULT_THRESHOLDS),
  revision: z.number().int().positive().describe('The revision this edit was made from'),
});
export type PatchAgentType = z.infer<typeof PatchAgentType>;

export const AgentTypeRevision = z.object({
  revision: z.number().int(),
  at: z.iso.datetime(),
  by: z.string(),
  changes: z
    .array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() }))
    .describe('Each field this revision changed; thresholds by their own name'),
});
export type AgentTypeRevision = z.infer<typeof AgentTypeRevision>;
