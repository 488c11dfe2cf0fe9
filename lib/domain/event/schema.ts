import { z } from 'zod';
import { Name, Slug, pageFields, recordFields, searchField } from '../fields';

/** Nouns whose records make `-created`, `-updated` and `-deleted` events. */
export const EVENT_NOUNS = ['message', 'task', 'thread', 'project', 'agent-type', 'run', 'dispatch'] as const;
export type EventNoun = (typeof EVENT_NOUNS)[number];
const RECORD_VERBS = ['created', 'updated', 'deleted'] as const;

export const RECORD_EVENT_TYPES = EVENT_NOUNS.flatMap(noun => RECORD_VERBS.map(verb => `${noun}-${verb}` as const));
export const AGENT_EVENT_TYPES = [
  'tool:start',
  'tool:done',
  'tool:error',
  'session:open',
  'session:close',
  'session:expired',
] as const;
export const EVENT_TYPES = [...RECORD_EVENT_TYPES, 'report-created', ...AGENT_EVENT_TYPES] as const;
export type EventType = (typeof EVENT_TYPES)[number];
/** Frames about the stream itself; they ignore filters. */
export const FRAME_TYPES = ['checkpoint', 'reset'] as const;

export const RESET_REASONS = [
  'history-lost',
  'other-database',
  'ahead-of-clock',
  'malformed-position',
  'pipeline-changed',
  'stream-restarted',
] as const;
export type ResetReason = (typeof RESET_REASONS)[number];

/**
 * One change as subscribers get it: routing fields, no bodies.
 * `position` is opaque and strictly increasing within one stream (compare with `comparePositions`).
 */
export interface PlaneEvent {
  position: string;
  type: EventType;
  tenantId: string;
  /** Project node the record hangs on; client, brand and project filters resolve from it. */
  projectId: string | null;
  /** Whom it is for; of a dispatch its agent type, of an agent type itself. */
  assignedTo: string | null;
  /** What goes out as `data`; holds id, tenantId and at. */
  data: Record<string, unknown> & { id: string; tenantId: string; at: string };
}

export const EventFilter = z.strictObject({
  types: z
    .string()
    .max(2_000)
    .optional()
    .transform((list, check) => {
      if (list === undefined) return undefined;
      const types = list.split(',').map(type => type.trim());
      const unknown = types.filter(type => !(EVENT_TYPES as readonly string[]).includes(type));
      if (unknown.length > 0) {
        check.addIssue({
          code: 'custom',
          message: `unknown event type '${unknown[0]}'; known: ${EVENT_TYPES.join(', ')}`,
        });
      }
      return types as EventType[];
    }),
  assignedTo: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Whom it is for; a dispatch is for its agentType, an agent type for its own slug'),
  client: Slug.optional(),
  brand: Slug.optional(),
  project: Slug.optional(),
});
export type EventFilter = z.infer<typeof EventFilter>;

export const MAX_POSITION_CHARACTERS = 512;
export const PositionText = z.string().min(1).max(MAX_POSITION_CHARACTERS);

/** Query of `GET /api/events`. `after` is read as it came: a bad position is a `reset`, not a 422. */
export const StreamQuery = EventFilter.extend({
  consumer: Name.optional(),
  after: z.string().optional(),
});
export type StreamQuery = z.infer<typeof StreamQuery>;

export const MAX_RECENT = 500;
export const RecentQuery = EventFilter.extend({
  limit: z.coerce.number().int().min(1).max(MAX_RECENT).default(100),
  before: PositionText.optional(),
});
export type RecentQuery = z.infer<typeof RecentQuery>;

export const RecentEvent = z.object({ id: z.string(), event: z.string(), data: z.record(z.string(), z.unknown()) });
export type RecentEvent = z.infer<typeof RecentEvent>;

export const AckPosition = z.strictObject({ id: PositionText });
export const ListConsumers = z.strictObject({ ...pageFields, ...searchField });
export type ListConsumers = z.infer<typeof ListConsumers>;
export const ConsumerRecord = z.object({
  ...recordFields,
  name: z.string(),
  position: z.string().nullable(),
  connected: z.boolean(),
  ackedAt: z.string().nullable(),
  lastSeenAt: z.string(),
  lagSeconds: z.number().nullable(),
  tokenAgeSeconds: z.number().nullable(),
});
export type ConsumerRecord = z.infer<typeof ConsumerRecord>;
