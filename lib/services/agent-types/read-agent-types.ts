import { requirePermission } from '../../auth/policy';
import type { ListAgentTypes } from '../../domain/agent-type/requests';
import type { AgentType, AgentTypeRevision } from '../../domain/agent-type/schema';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import { listRevisionRows } from '../../store/agent-type-revisions';
import { findAgentType, listAgentTypeRows } from '../../store/agent-types';
import { toRevision } from '../../store/to-record/agent-type';
import type { PageRequest } from '../../store/list-page';
import { recordOfType, recordsOfTypes } from '../budgets/budget-of';
import type { Context } from '../context';

export async function listAgentTypes(ctx: Context, query: ListAgentTypes): Promise<Page<AgentType>> {
  requirePermission(ctx.principal, 'agent-types:read');
  const { plane, principal } = ctx;
  const page = await listAgentTypeRows(plane.collections, principal.tenantId, query, row => row);
  return { items: await recordsOfTypes(plane, principal.tenantId, page.items), nextCursor: page.nextCursor };
}

/** From the database and not from memory: what is shown must be as new as the position that goes with it. */
export async function getAgentType(ctx: Context, slug: string): Promise<AgentType> {
  requirePermission(ctx.principal, 'agent-types:read');
  const row = await findAgentType(ctx.plane.collections, ctx.principal.tenantId, slug);
  if (!row) throw notFound('agent type', slug);
  return recordOfType(ctx.plane, row);
}

export async function listAgentTypeRevisions(
  ctx: Context,
  slug: string,
  page: PageRequest,
): Promise<Page<AgentTypeRevision>> {
  await getAgentType(ctx, slug);
  const { plane, principal } = ctx;
  return listRevisionRows(plane.collections, { tenantId: principal.tenantId, slug }, page, toRevision);
}
