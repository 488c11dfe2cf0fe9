import { requirePermission } from '../../auth/policy';
import type { ProjectContext } from '../../domain/project/schema';
import { hexOrNull } from '../../store/ids';
import { requireReader, type Caller } from '../identity/caller';
import { cascadeOf } from './cascade-of';
import { getProjectContext } from './read-projects';

/** The cascade of a named node, else of the dispatch's own; work that hangs on none has none. */
export async function readOwnContext(caller: Caller, projectId: string | undefined): Promise<ProjectContext> {
  requireReader(caller);
  requirePermission(caller.ctx.principal, 'projects:read');
  const id = projectId ?? hexOrNull(caller.dispatch?.projectId);
  return id === null ? cascadeOf([]) : getProjectContext(caller.ctx, id);
}
