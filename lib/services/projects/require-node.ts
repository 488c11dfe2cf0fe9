import { invalidField } from '../../domain/errors';
import type { ObjectId } from '../../store/documents';
import { bodyId } from '../../store/ids';
import { findProject } from '../../store/projects';
import type { Context } from '../context';

/**
 * The node that something new is to hang on. Read and not remembered: it may just have been taken away, and the tools'
 * process hears of that from no stream.
 */
export async function requireNode({ plane, principal }: Context, projectId: string): Promise<ObjectId> {
  const id = bodyId('projectId', projectId);
  if (await findProject(plane.collections, principal.tenantId, id)) return id;
  throw invalidField('projectId', `got '${projectId}', wants the id of a project node that exists`);
}
