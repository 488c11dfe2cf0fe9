import { ControlPlaneError, invalidField } from '../../domain/errors';
import { PARENT_KIND, type ProjectKind } from '../../domain/project/schema';
import type { ObjectId } from '../../store/documents';
import { bodyId } from '../../store/ids';
import { findProject } from '../../store/projects';
import { lockConfiguration, type Transaction } from '../../store/transaction';
import type { Context } from '../context';

/** Where a node may hang: the parent is there, of the right kind. Kinds are levels, so no circle can come of it. */
export async function checkPlace(
  ctx: Context,
  tx: Transaction,
  kind: ProjectKind,
  parentId: string | null,
): Promise<ObjectId | null> {
  const { plane, principal } = ctx;
  const wanted = PARENT_KIND[kind];
  // The parent must still be there when this is committed: its deletion takes the same lock.
  await lockConfiguration(plane.collections, principal.tenantId, tx);
  if (wanted === null) {
    if (parentId === null) return null;
    throw invalidField('parentId', `got '${parentId}', wants null: a client hangs on nothing`);
  }
  if (parentId === null)
    throw invalidField('parentId', `got null, wants the id of a ${wanted}: a ${kind} hangs on one`);
  const id = bodyId('parentId', parentId);
  const parent = await findProject(plane.collections, principal.tenantId, id, tx);
  if (parent?.kind === wanted) return id;
  const got = parent ? `a ${parent.kind}` : `'${parentId}', which is not there`;
  throw invalidField('parentId', `got ${got}, wants the id of a ${wanted}`);
}

export const slugTaken = (slug: string): ControlPlaneError =>
  new ControlPlaneError('already-exists', `There is a node '${slug}' in that place already.`, {
    errors: [{ path: 'slug', message: `got '${slug}', which is taken among its siblings` }],
  });
