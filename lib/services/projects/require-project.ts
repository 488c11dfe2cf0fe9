import { invalidField } from '../../domain/errors';
import type { ObjectId } from '../../store/documents';
import { bodyId } from '../../store/ids';
import { findProject } from '../../store/projects';
import type { Context } from '../context';

/**
 * The node that new work names. As it stands in the database: the tree is as old as its last load, which in a process
 * without a stream is its start.
 */
export async function requireProject({ plane, principal }: Context, projectId: string): Promise<ObjectId> {
  const id = bodyId('projectId', projectId);
  if (await findProject(plane.collections, principal.tenantId, id)) return id;
  throw invalidField('projectId', `got '${projectId}', wants the id of a project node that exists`);
}
