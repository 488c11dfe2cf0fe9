import { z } from 'zod';
import { Id, NullableTimestamp, pageFields, recordFields, searchField } from '../fields';

export const TOOL_CALL_STATUSES = ['started', 'done', 'error'] as const;

export const ToolCall = z.object({
  ...recordFields,
  tool: z.string(),
  status: z.enum(TOOL_CALL_STATUSES),
  sessionId: Id,
  dispatchId: Id.nullable(),
  agentType: z.string().nullable(),
  startedAt: z.string(),
  endedAt: NullableTimestamp,
  durationMs: z.number().nullable(),
  error: z.string().nullable(),
});
export type ToolCall = z.infer<typeof ToolCall>;

export const ListToolCalls = z.strictObject({
  ...pageFields,
  q: searchField.q.describe('Text to find in its error'),
  tool: z.string().max(128).optional(),
  status: z.enum(TOOL_CALL_STATUSES).optional(),
  sessionId: Id.optional(),
  dispatchId: Id.optional(),
  agentType: z.string().max(64).optional(),
});
export type ListToolCalls = z.infer<typeof ListToolCalls>;
