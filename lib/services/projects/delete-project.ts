import { requirePermission } from '../../auth/policy';
import { ControlPlaneError, notFound } from '../../domain/errors';
import { pathId } from '../../store/ids';
import {
  COUNTED_AT_MOST,
  countUnderProject,
  findProject,
  markProjectDeleted,
  type HangsOnProject,
} from '../../store/projects';
import { lockConfiguration, transact } from '../../store/transaction';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';

/** Only a node on which nothing hangs: what hangs on it would lose its client without a word. */
export async function deleteProject(ctx: Context, id: string): Promise<void> {
  requirePermission(ctx.principal, 'projects:write');
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const c = plane.collections;
  const nodeId = pathId('project', id);
  await transact(c, async tx => {
    await lockConfiguration(c, tenantId, tx);
    const node = await findProject(c, tenantId, nodeId, tx);
    if (!node) throw notFound('project', id);
    const hangs = await countUnderProject(c, tenantId, nodeId, tx);
    if (Object.values(hangs).some(count => count > 0)) throw inUse(node.name, hangs);
    if (!(await markProjectDeleted(c, tenantId, nodeId, tx))) throw notFound('project', id);
    const changes = [{ field: 'slug', before: node.slug, after: null }];
    await recordActivity(ctx, { action: 'project.delete', subject: { kind: 'project', id }, changes, tx });
  });
  await plane.projects.refresh();
}

function inUse(name: string, hangs: HangsOnProject): ControlPlaneError {
  const what = [
    ...counted(hangs.children, 'node'),
    ...counted(hangs.threads, 'thread'),
    ...counted(hangs.tasks, 'task'),
  ].join(', ');
  return new ControlPlaneError(
    'conflict',
    `'${name}' still has ${what} on it. Move or delete what hangs there first.`,
    {
      details: { ...hangs },
    },
  );
}

function counted(count: number, noun: string): string[] {
  if (count === 0) return [];
  return [`${count >= COUNTED_AT_MOST ? `${COUNTED_AT_MOST} or more` : count} ${noun}${count === 1 ? '' : 's'}`];
}
