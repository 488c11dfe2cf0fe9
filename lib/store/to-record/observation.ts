import type { Activity } from '../../domain/activity/schema';
import type { Session } from '../../domain/session/schema';
import type { ToolCall } from '../../domain/tool-call/schema';
import type { RecordDocument } from '../record-document';
import type { ActivityDocument, SessionDocument, ToolCallDocument } from '../documents';
import { hex, hexOrNull, iso, isoOrNull } from '../ids';

const base = ({ _id, tenantId, createdAt, updatedAt, createdBy }: RecordDocument) => ({
  id: hex(_id),
  tenantId,
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt),
  createdBy,
});

export const toSession = (row: SessionDocument): Session => ({
  ...base(row),
  status: row.status,
  client: row.client,
  agentType: row.agentType,
  dispatchId: hexOrNull(row.dispatchId),
  threadId: hexOrNull(row.threadId),
  toolCalls: row.toolCalls,
  openedAt: iso(row.openedAt),
  lastActiveAt: iso(row.lastActiveAt),
  endedAt: isoOrNull(row.endedAt),
});

export const toToolCall = (row: ToolCallDocument): ToolCall => ({
  ...base(row),
  tool: row.tool,
  status: row.status,
  sessionId: hex(row.sessionId),
  dispatchId: hexOrNull(row.dispatchId),
  agentType: row.agentType,
  startedAt: iso(row.startedAt),
  endedAt: isoOrNull(row.endedAt),
  durationMs: row.durationMs,
  error: row.error,
});

export function toActivity(row: ActivityDocument): Activity {
  const { at, actor, action, subject, changes } = row;
  const { createdAt = at, updatedAt = createdAt, createdBy = actor.id } = row;
  return { ...base({ ...row, createdAt, updatedAt, createdBy }), at: iso(at), actor, action, subject, changes };
}
