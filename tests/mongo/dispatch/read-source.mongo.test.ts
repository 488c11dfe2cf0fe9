import { ObjectId, type Collection } from 'mongodb';
import { beforeAll, expect, it } from 'vitest';
import { readSource } from '@/lib/services/dispatches/bundle/read-source';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Claims by id of what is taken already come by the dozen: what they read, they read together. */

let test: TestPlane;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
});

const insert = async (more: object = {}) => {
  const _id = new ObjectId();
  await test.plane.collections.messages.insertOne({ _id, assignedTo: 'qa', body: 'b', ...more } as never);
  return _id;
};
const read = (id: ObjectId, tenantId = 'default') => readSource(test.plane, tenantId, { kind: 'message', id });

it('is read in few round trips for many, each its own, and nobody what began before they asked', async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, () => insert()));
  const messages = test.plane.collections.messages as unknown as Collection;
  const find = messages.find.bind(messages);
  let finds = 0;
  messages.find = ((...args: Parameters<typeof find>) => {
    finds += 1;
    return find(...args);
  }) as never;
  const first = ids.map(id => read(id));
  await new Promise(resolve => setImmediate(resolve));
  await messages.updateOne({ _id: ids[0]! }, { $set: { body: 'changed' } });
  const again = read(ids[0]!);
  const rows = await Promise.all(first);
  messages.find = find;
  expect(rows.map(row => String(row?._id))).toEqual(ids.map(String));
  expect(finds).toBeLessThanOrEqual(3);
  expect(await again).toMatchObject({ body: 'changed' });
});

it('is only for its tenant, and nothing once it is deleted', async () => {
  const [unsaid, theirs, gone] = [
    await insert(),
    await insert({ tenantId: 'other' }),
    await insert({ deletedAt: new Date() }),
  ];
  const seen = await Promise.all([read(unsaid), read(theirs), read(gone), read(new ObjectId()), read(theirs, 'other')]);
  expect(seen.map(row => row !== null)).toEqual([true, false, false, false, true]);
});
