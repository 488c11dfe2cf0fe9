import type { ObjectId } from '../../store/documents';
import { bodyId } from '../../store/ids';
import type { Context } from '../context';

/**
 * A list's filter by node: what hangs on it or on any below it, as the stream's filters mean it. `$type` repeats what the
 * partial indexes are over; without it the planner does not take them.
 */
export async function underProject(
  { plane, principal }: Context,
  projectId: string | undefined,
): Promise<{ projectId?: { $in: ObjectId[]; $type: 'objectId' } }> {
  if (projectId === undefined) return {};
  await plane.projects.whole();
  await plane.projects.freshFor(projectId);
  const ids = plane.projects.below(principal.tenantId, projectId).map(id => bodyId('projectId', id));
  return { projectId: { $in: ids, $type: 'objectId' } };
}
