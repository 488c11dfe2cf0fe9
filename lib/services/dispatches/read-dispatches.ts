import { requirePermission } from '../../auth/policy';
import type { DispatchRecord, ListDispatches } from '../../domain/dispatch/schema';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import { findDispatch, listDispatchPage } from '../../store/dispatches-read';
import { bodyId, hex, pathId } from '../../store/ids';
import { hasWords } from '../../store/text-filter';
import { legibleOne } from '../../store/to-record/legible';
import { toDispatchRecord, type UntitledDispatch } from '../../store/to-record/dispatch';
import type { DispatchDocument } from '../../store/documents';
import type { Context, Plane } from '../context';
import { underProject } from '../projects/under-project';
import { pageWithPaths, withPath } from '../projects/with-path';
import { withTitles } from './with-titles';

export async function listDispatches(ctx: Context, query: ListDispatches): Promise<Page<DispatchRecord>> {
  requirePermission(ctx.principal, 'dispatches:read');
  const { plane, principal } = ctx;
  const { limit, cursor, q, status, threadId, sourceId, runId, projectId, ...fields } = query;
  const filter = {
    tenantId: principal.tenantId,
    ...fields,
    ...(status ? { status: { $in: status } } : {}),
    ...(await underProject(ctx, projectId)),
    ...(threadId ? { threadId: bodyId('threadId', threadId) } : {}),
    ...(sourceId ? { 'source.id': bodyId('sourceId', sourceId) } : {}),
    // `$exists` lets it use the index that only dispatches of runs are in.
    ...(runId ? { 'run.id': { $eq: bodyId('runId', runId), $exists: true } } : {}),
    ...hasWords(q),
  };
  const page = await listDispatchPage(plane.collections, filter, { limit, cursor }, row => row);
  const records = await Promise.all(page.items.map(row => legibleUntitledOf(plane, row)));
  const legible = records.filter(record => record !== null);
  return pageWithPaths(plane, { ...page, items: await withTitles(plane, principal.tenantId, legible) });
}

export async function getDispatch(ctx: Context, id: string): Promise<DispatchRecord> {
  requirePermission(ctx.principal, 'dispatches:read');
  const row = await findDispatch(ctx.plane.collections, ctx.principal.tenantId, pathId('dispatch', id));
  if (!row) throw notFound('dispatch', id);
  return recordOf(ctx.plane, row);
}

export async function recordOf(plane: Plane, row: DispatchDocument): Promise<DispatchRecord> {
  const record = await legibleUntitledOf(plane, row);
  if (!record) throw notFound('dispatch', hex(row._id));
  const [titled] = await withTitles(plane, row.tenantId, [record]);
  return withPath(plane, titled!);
}

async function legibleUntitledOf(plane: Plane, row: DispatchDocument): Promise<UntitledDispatch | null> {
  const type = await plane.agentTypes.get(row.tenantId, row.agentType);
  return legibleOne(row, () => toDispatchRecord(row, type?.thresholds ?? null, plane.clock.now()));
}
