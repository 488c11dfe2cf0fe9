import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { HandoffReport, ListReports, Report } from '../../domain/report/schema';
import { bodyId, hex, pathId } from '../../store/ids';
import { findReport, listReportPage } from '../../store/reports';
import { findTask } from '../../store/tasks';
import { hasWords } from '../../store/text-filter';
import { legibleOne } from '../../store/to-record/legible';
import { toReport } from '../../store/to-record/report';
import type { Context } from '../context';
import { fittingPage } from '../fitting-page';
import { requireReader, type Caller } from '../identity/caller';

const ID_FIELDS = ['taskId', 'runId', 'dispatchId'] as const;

export async function listReports(ctx: Context, query: ListReports): Promise<Page<Report>> {
  requirePermission(ctx.principal, 'reports:read');
  return pageOf(ctx, query);
}

function pageOf({ plane, principal }: Context, { limit, cursor, q, kind, ...ids }: ListReports): Promise<Page<Report>> {
  const named = ID_FIELDS.flatMap(field =>
    ids[field] === undefined ? [] : [[field, bodyId(field, ids[field])] as const],
  );
  const filter = {
    tenantId: principal.tenantId,
    ...(kind ? { kind } : {}),
    ...Object.fromEntries(named),
    ...hasWords(q),
  };
  return listReportPage(plane.collections, filter, { limit, cursor }, toReport);
}

export async function getReport(ctx: Context, id: string): Promise<Report> {
  const { plane, principal } = ctx;
  const row = await findReport(plane.collections, principal.tenantId, pathId('report', id));
  // Also to who may read none: a repeated call asks first whether its report was made.
  const report = legibleOne(row, toReport);
  if (!report) throw notFound('report', id);
  // An agent reads no reports, but gets back what it wrote when it repeats a call.
  const isOwn = principal.role === 'agent' && report.createdBy === `agent:${principal.agentType}`;
  if (!isOwn) requirePermission(principal, 'reports:read');
  return report;
}

/**
 * For whoever calls a tool: a run's planner reads those of its run, another agent those of a task of its type. A page is
 * no longer than a result may be.
 */
export const listReportsAs = (caller: Caller, query: ListReports): Promise<Page<Report>> =>
  fittingPage(query, lengthOf, page => listOwn(caller, { ...query, ...page }));

const lengthOf = (report: Report): number => JSON.stringify(report).length;

async function listOwn(caller: Caller, query: ListReports): Promise<Page<Report>> {
  requireReader(caller);
  const { ctx, agentType, dispatch } = caller;
  if (agentType === null) return listReports(ctx, query);
  if (dispatch?.run?.tier === 'orchestrator') {
    const runId = hex(dispatch.run.id);
    if (query.runId !== undefined && query.runId !== runId) throw notFound('run', query.runId);
    return pageOf(ctx, { ...query, runId });
  }
  const taskId = query.taskId ?? (dispatch?.source.kind === 'task' ? hex(dispatch.source.id) : undefined);
  if (taskId === undefined) return { items: [], nextCursor: null };
  const task = await findTask(ctx.plane.collections, ctx.principal.tenantId, bodyId('taskId', taskId));
  if (task?.assignedTo !== agentType) throw notFound('task', taskId);
  return pageOf(ctx, { ...query, taskId });
}

/** A handover that this caller made, for a repeat of the call. */
export async function readHandoff(caller: Caller, id: string): Promise<HandoffReport> {
  requireReader(caller);
  const { plane, principal } = caller.ctx;
  const row = await findReport(plane.collections, principal.tenantId, bodyId('id', id));
  const isOwn = caller.dispatch ? row?.dispatchId?.equals(caller.dispatch._id) : row?.createdBy === principal.id;
  const report = isOwn ? legibleOne(row, toReport) : null;
  if (report?.kind !== 'handoff') throw notFound('report', id);
  return report;
}
