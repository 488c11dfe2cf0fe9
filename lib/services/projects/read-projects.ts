import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ListProjects, Project, ProjectContext } from '../../domain/project/schema';
import type { ProjectDocument } from '../../store/documents';
import { pathId } from '../../store/ids';
import { findProject, findProjectChains, listProjectRows } from '../../store/projects';
import { legibleOne } from '../../store/to-record/legible';
import { toProject } from '../../store/to-record/project';
import type { Context } from '../context';
import { stepsOf } from './steps';
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

/** A node and those above it, innermost first. */
export async function readChain(ctx: Context, id: string): Promise<ProjectDocument[]> {
  requirePermission(ctx.principal, 'projects:read');
  const { tenantId } = ctx.principal;
  const all = await findProjectChains(ctx.plane.collections, [pathId('project', id)], MAX_DEPTH);
  if (all[0]?.tenantId !== tenantId) throw notFound('project', id);
  return all.filter(node => node.tenantId === tenantId);
}

/** What work on this node gets: every step's Markdown, and labels of which the innermost wins. */
export async function getProjectContext(ctx: Context, id: string): Promise<ProjectContext> {
  const chain = await readChain(ctx, id);
  return {
    steps: stepsOf(chain),
    labels: Object.assign({}, ...chain.toReversed().map(node => node.labels)) as Record<string, string>,
  };
}
