import type { Report } from '../../domain/report/schema';
import type { ReportDocument } from '../documents';
import { hex, hexOrNull, iso } from '../ids';

/** `said` holds the fields of its kind, put there by the one place that makes reports of that kind. */
export const toReport = (row: ReportDocument): Report =>
  ({
    id: hex(row._id),
    tenantId: row.tenantId,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    createdBy: row.createdBy,
    kind: row.kind,
    taskId: hex(row.taskId),
    runId: hexOrNull(row.runId),
    dispatchId: hexOrNull(row.dispatchId),
    ...row.said,
  }) as Report;
