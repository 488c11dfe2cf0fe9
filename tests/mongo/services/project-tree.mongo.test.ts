import { ObjectId, type Filter } from 'mongodb';
import { expect, it } from 'vitest';
import type { ProjectDocument } from '@/lib/store/documents';
import { ProjectTree } from '@/lib/services/projects/tree';
import { makePlane } from '@/tests/support/make-plane';

it('a tree that could not be read when a node changed is read again by the next who needs it', async () => {
  const { plane } = await makePlane();
  const { projects } = plane.collections;
  const _id = new ObjectId();
  const at = new Date();
  await projects.insertOne({
    _id,
    tenantId: 'default',
    kind: 'client',
    slug: 'acme',
    name: 'Acme',
    parentId: null,
    context: '',
    labels: {},
    createdAt: at,
    updatedAt: at,
    createdBy: 'test',
  } as unknown as ProjectDocument);
  let isAway = false;
  const find = (filter: Filter<ProjectDocument>) => {
    if (isAway) throw new Error('no primary yet');
    return projects.find(filter);
  };
  const tree = new ProjectTree({ ...plane.collections, projects: { find } as unknown as typeof projects });
  await tree.refresh();
  await projects.updateOne({ _id }, { $set: { name: 'Acme & Sons' } });
  isAway = true;
  await expect(tree.refresh()).rejects.toThrow('no primary yet');
  const id = _id.toHexString();
  await tree.freshFor(id);
  expect(tree.steps('default', id).map(({ name }) => name)).toEqual(['Acme']);
  isAway = false;
  await tree.freshFor(id);
  expect(tree.steps('default', id).map(({ name }) => name)).toEqual(['Acme & Sons']);
});
