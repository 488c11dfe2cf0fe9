import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ListRuns, Run } from '../../domain/run/schema';
import { pathId } from '../../store/ids';
import { findRun, listRunPage } from '../../store/runs';
import { hasWords } from '../../store/text-filter';
import type { Context } from '../context';
import { underProject } from '../projects/under-project';
import { pageWithPaths, withPath } from '../projects/with-path';
import { runRecord, runRecords } from './run-records';

export async function listRuns(ctx: Context, query: ListRuns): Promise<Page<Run>> {
  requirePermission(ctx.principal, 'runs:read');
  const { limit, cursor, q, projectId, ...fields } = query;
  const filter = {
    tenantId: ctx.principal.tenantId,
    ...fields,
    ...(await underProject(ctx, projectId)),
    ...hasWords(q),
  };
  const page = await listRunPage(ctx.plane.collections, filter, { limit, cursor }, row => row);
  const items = await runRecords(ctx.plane, ctx.principal.tenantId, page.items);
  return pageWithPaths(ctx.plane, { ...page, items });
}

export async function getRun(ctx: Context, id: string): Promise<Run> {
  requirePermission(ctx.principal, 'runs:read');
  const row = await findRun(ctx.plane.collections, ctx.principal.tenantId, pathId('run', id));
  if (!row) throw notFound('run', id);
  return withPath(ctx.plane, await runRecord(ctx.plane, row));
}
