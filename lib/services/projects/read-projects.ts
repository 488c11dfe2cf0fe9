import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ListProjects, Project, ProjectContext } from '../../domain/project/schema';
import { pathId } from '../../store/ids';
import { findProject, findProjectChains, listProjectRows } from '../../store/projects';
import { legibleOne } from '../../store/to-record/legible';
import { toProject } from '../../store/to-record/project';
import type { Context } from '../context';
import { cascadeOf } from './cascade-of';
import { MAX_DEPTH } from './tree';

export function listProjects(ctx: Context, query: ListProjects): Promise<Page<Project>> {
  requirePermission(ctx.principal, 'projects:read');
  return listProjectRows(ctx.plane.collections, ctx.principal.tenantId, query, toProject);
}

export async function getProject(ctx: Context, id: string): Promise<Project> {
  requirePermission(ctx.principal, 'projects:read');
  const row = await findProject(ctx.plane.collections, ctx.principal.tenantId, pathId('project', id));
  const record = legibleOne(row, toProject);
  if (!record) throw notFound('project', id);
  return record;
}

/** What work on this node gets: every step's Markdown, and labels of which the innermost wins. */
export async function getProjectContext(ctx: Context, id: string): Promise<ProjectContext> {
  requirePermission(ctx.principal, 'projects:read');
  const { tenantId } = ctx.principal;
  const chain = await findProjectChains(ctx.plane.collections, [pathId('project', id)], MAX_DEPTH);
  if (chain[0]?.tenantId !== tenantId) throw notFound('project', id);
  return cascadeOf(chain.filter(node => node.tenantId === tenantId));
}
