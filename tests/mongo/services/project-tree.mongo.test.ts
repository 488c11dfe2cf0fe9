import { ObjectId, type Filter } from 'mongodb';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { ProjectDocument } from '@/lib/store/documents';
import { startStream } from '@/lib/server/start-stream';
import type { Plane } from '@/lib/services/context';
import { ProjectTree } from '@/lib/services/projects/tree';
import { makePlane, type TestPlane } from '@/tests/support/make-plane';

async function insertAcme({ collections }: Plane): Promise<ObjectId> {
  const _id = new ObjectId();
  const at = new Date();
  await collections.projects.insertOne({
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
  return _id;
}

async function startTree({ plane, database }: TestPlane): Promise<void> {
  const config = { database: database.name, maxStreams: 1, maxStreamsPerPrincipal: 1 };
  const stream = await startStream(plane, { config, mongodbUri: database.uri, adopts: false });
  onTestFinished(() => stream.stop());
}

it('a node that changed between the first load and the stream is read by what it is now', async () => {
  const test = await makePlane();
  const { plane } = test;
  const _id = await insertAcme(plane);
  await plane.projects.refresh();
  await plane.collections.projects.updateOne({ _id }, { $set: { slug: 'acme-and-sons' } });
  await startTree(test);
  expect(plane.projects.resolve('default', _id.toHexString())).toEqual({ client: 'acme-and-sons' });
});

it('a change while the tree cannot be read is in it when it can be, also where nobody asks', async () => {
  const test = await makePlane();
  const { plane } = test;
  const { projects } = plane.collections;
  const _id = await insertAcme(plane);
  await startTree(test);
  const away = vi.spyOn(projects, 'find').mockImplementation((() => {
    throw new Error('no primary yet');
  }) as never);
  await projects.updateOne({ _id }, { $set: { slug: 'acme-and-sons' } });
  await vi.waitFor(() => expect(away).toHaveBeenCalled(), { timeout: 20_000 });
  away.mockRestore();
  const path = () => plane.projects.resolve('default', _id.toHexString());
  await expect.poll(path, { timeout: 20_000 }).toEqual({ client: 'acme-and-sons' });
});

it('a tree that could not be read when a node changed is read again by the next who needs it', async () => {
  const { plane } = await makePlane();
  const { projects } = plane.collections;
  const _id = await insertAcme(plane);
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
