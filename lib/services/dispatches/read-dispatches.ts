import { requirePermission } from '../../auth/policy';
import type { DispatchRecord, ListDispatches } from '../../domain/dispatch/schema';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import { findDispatch, listDispatchPage } from '../../store/dispatches-read';
import { bodyId, hex, pathId } from '../../store/ids';
import { inLiveness, patienceOf } from '../../store/liveness';
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
  const { limit, cursor, q, status, liveness, threadId, sourceId, runId, projectId, ...fields } = query;
  const { tenantId } = principal;
  // One for all: a row found as quiet is shown as quiet.
  const now = plane.clock.now();
  const filter = {
    tenantId,
    ...fields,
    ...(status ? { status: { $in: status } } : {}),
    ...(liveness ? { $and: [inLiveness(liveness, patienceOf(await plane.agentTypes.list(tenantId)), now)] } : {}),
    ...(await underProject(ctx, projectId)),
    ...(threadId ? { threadId: bodyId('threadId', threadId) } : {}),
    ...(sourceId ? { 'source.id': bodyId('sourceId', sourceId) } : {}),
    // `$exists` lets it use the index that only dispatches of runs are in.
    ...(runId ? { 'run.id': { $eq: bodyId('runId', runId), $exists: true } } : {}),
    ...hasWords(q),
  };
  const page = await listDispatchPage(plane.collections, filter, { limit, cursor }, row => row);
  const records = await Promise.all(page.items.map(row => legibleUntitledOf(plane, row, now)));
  const legible = records.filter(record => record !== null);
  return pageWithPaths(plane, { ...page, items: await withTitles(plane, tenantId, legible) });
}

export async function getDispatch(ctx: Context, id: string): Promise<DispatchRecord> {
  requirePermission(ctx.principal, 'dispatches:read');
  const row = await findDispatch(ctx.plane.collections, ctx.principal.tenantId, pathId('dispatch', id));
  if (!row) throw notFound('dispatch', id);
  return recordOf(ctx.plane, row);
}

export async function recordOf(plane: Plane, row: DispatchDocument): Promise<DispatchRecord> {
  const record = await legibleUntitledOf(plane, row, plane.clock.now());
  if (!record) throw notFound('dispatch', hex(row._id));
  const [titled] = await withTitles(plane, row.tenantId, [record]);
  return withPath(plane, titled!);
}

async function legibleUntitledOf(plane: Plane, row: DispatchDocument, now: number): Promise<UntitledDispatch | null> {
  const type = await plane.agentTypes.get(row.tenantId, row.agentType);
  return legibleOne(row, () => toDispatchRecord(row, type?.thresholds ?? null, now));
}
