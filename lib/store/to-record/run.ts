import type { Pathless } from '../../domain/project/schema';
import type { Run, TaskCounts } from '../../domain/run/schema';
import type { RunDocument } from '../documents';
import { hex, hexOrNull, iso, isoOrNull } from '../ids';

export const toRun = (row: RunDocument, taskCounts: TaskCounts): Pathless<Run> => ({
  id: hex(row._id),
  tenantId: row.tenantId,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  createdBy: row.createdBy,
  intent: row.intent,
  sessionId: row.sessionId,
  projectId: hexOrNull(row.projectId),
  threadId: hex(row.threadId),
  plannerType: row.plannerType,
  planTaskId: hex(row.planTaskId),
  status: row.status,
  reason: row.reason,
  result: row.result,
  taskCounts,
  endedAt: isoOrNull(row.endedAt),
});
