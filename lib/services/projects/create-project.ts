import { requirePermission } from '../../auth/policy';
import { diffProject } from '../../domain/project/merge';
import type { CreateProject, Project } from '../../domain/project/schema';
import { isDuplicateKey } from '../../store/errors';
import { bodyId, hex, newId } from '../../store/ids';
import { insertProject } from '../../store/projects';
import { toProject } from '../../store/to-record/project';
import { transact } from '../../store/transaction';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { checkPlace, slugTaken } from './check-place';
import { redactProject } from '../../domain/project/redact-project';

export async function createProject(ctx: Context, given: CreateProject, recordId?: string): Promise<Project> {
  requirePermission(ctx.principal, 'projects:write');
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const input = redactProject(given);
  const _id = recordId === undefined ? newId() : bodyId('recordId', recordId);
  try {
    const row = await transact(plane.collections, async tx => {
      const parentId = await checkPlace(ctx, tx, input.kind, input.parentId);
      const inserted = await insertProject(
        plane.collections,
        { _id, tenantId, createdBy: principal.id, ...input, parentId },
        tx,
      );
      const changes = [{ field: 'kind', before: null, after: input.kind }, ...diffProject(null, input)];
      await recordActivity(ctx, { action: 'project.create', subject: { kind: 'project', id: hex(_id) }, changes, tx });
      return inserted;
    });
    await plane.projects.refresh();
    return toProject(row);
  } catch (error) {
    if (isDuplicateKey(error)) throw slugTaken(input.slug);
    throw error;
  }
}
