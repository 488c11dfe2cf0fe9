import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ListThreads, Thread } from '../../domain/thread/schema';
import { pathId } from '../../store/ids';
import { listThreadPage } from '../../store/threads';
import { hasWords } from '../../store/text-filter';
import { toThread } from '../../store/to-record/work';
import type { Context } from '../context';
import { findOrReopenThread } from '../messages/adoption/lost-thread';
import { underProject } from '../projects/under-project';
import { pageWithPaths, withPath } from '../projects/with-path';
import { ownThreads, requireOwnThread } from './scope';

/** Most recently written to first. */
export async function listThreads(ctx: Context, query: ListThreads): Promise<Page<Thread>> {
  requirePermission(ctx.principal, 'messages:read');
  await ctx.plane.adoption.flush();
  const { plane, principal } = ctx;
  const { limit, cursor, q, projectId, ...fields } = query;
  const own = await ownThreads(ctx);
  const filter = {
    tenantId: principal.tenantId,
    ...fields,
    ...(await underProject(ctx, projectId)),
    ...(own ? { _id: { $in: own } } : {}),
    ...hasWords(q),
  };
  return pageWithPaths(plane, await listThreadPage(plane.collections, filter, { limit, cursor }, toThread));
}

export async function getThread(ctx: Context, id: string): Promise<Thread> {
  requirePermission(ctx.principal, 'messages:read');
  await ctx.plane.adoption.flush();
  const row = await findOrReopenThread(ctx.plane, ctx.principal.tenantId, pathId('thread', id));
  if (!row) throw notFound('thread', id);
  await requireOwnThread(ctx, row);
  return withPath(ctx.plane, toThread(row));
}
