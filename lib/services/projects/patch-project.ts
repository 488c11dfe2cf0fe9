import { requirePermission } from '../../auth/policy';
import { ControlPlaneError, notFound } from '../../domain/errors';
import { diffProject, mergeProject } from '../../domain/project/merge';
import type { PatchProject, Project } from '../../domain/project/schema';
import { isDuplicateKey } from '../../store/errors';
import { pathId } from '../../store/ids';
import { findProject, updateProject } from '../../store/projects';
import { toProject } from '../../store/to-record/project';
import { transact, type Transaction } from '../../store/transaction';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { checkPlace, slugTaken } from './check-place';
import { redactProject } from '../../domain/project/redact-project';

/** Merges by RFC 7396. Whatever hangs below resolves its client, brand and project on read, so this is one write. */
export async function patchProject(ctx: Context, id: string, given: PatchProject): Promise<Project> {
  requirePermission(ctx.principal, 'projects:write');
  const patch = redactProject(given);
  try {
    const row = await transact(ctx.plane.collections, tx => change(ctx, tx, id, patch));
    await ctx.plane.projects.refresh();
    return toProject(row);
  } catch (error) {
    if (isDuplicateKey(error)) throw slugTaken(patch.slug ?? 'of this node');
    throw error;
  }
}

async function change(ctx: Context, tx: Transaction, id: string, patch: PatchProject) {
  const { plane, principal } = ctx;
  const c = plane.collections;
  const from = await findProject(c, principal.tenantId, pathId('project', id), tx);
  if (!from) throw notFound('project', id);
  const before = toProject(from);
  const after = mergeProject(before, patch);
  const changes = diffProject(before, after);
  if (changes.length === 0) return from;
  const parentId =
    after.parentId === before.parentId ? from.parentId : await checkPlace(ctx, tx, from.kind, after.parentId);
  const row = await updateProject(c, from, { ...after, parentId }, tx);
  if (!row) throw new ControlPlaneError('conflict', 'This node was changed at the same moment; try again.');
  await recordActivity(ctx, { action: 'project.update', subject: { kind: 'project', id }, changes, tx });
  return row;
}
