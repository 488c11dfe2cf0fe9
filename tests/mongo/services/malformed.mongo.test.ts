import { ObjectId, type Document } from 'mongodb';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { MalformedSweep } from '@/lib/services/health/sweep-malformed';
import { createMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { readMalformed, recordMalformed } from '@/lib/store/malformed';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** What is listed as malformed leaves the list with its mending, whichever process listed it. */

let test: TestPlane;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
});
beforeEach(() => test.plane.collections.malformed.deleteMany({}));

const sweep = () => new MalformedSweep(test.plane).run();
const listed = async () => (await readMalformed(test.plane.collections, 'default', 50)).recent.map(({ id }) => id);
/** As the stream lists it, in a process that is gone since. */
const list = (collection: string, id: unknown) =>
  recordMalformed(test.plane.collections, {
    tenantId: 'default',
    collection,
    documentId: String(id),
    reason: 'spoilt',
  });
const of = (name: string) => test.database.db.collection(name);
const set = (name: string, _id: ObjectId, fields: Document) => of(name).updateOne({ _id }, { $set: fields });

const now = new Date();
const SPOILT: [string, Document, Document][] = [
  ['runs', { createdAt: 'yesterday', status: 'planning' }, { createdAt: now }],
  ['dispatches', { createdAt: now, status: 'sleeping' }, { status: 'done' }],
  ['reports', { createdAt: now, kind: 'rumour' }, { kind: 'result' }],
  ['projects', { kind: 'client', slug: 7 }, { slug: 'well' }],
  ['projects', { kind: 'client', slug: 'named', name: 7 }, { name: 'Named' }],
  ['threads', { tenantId: 'no-such' }, { tenantId: 'default' }],
];

it.each(SPOILT)('one of %s', async (name, spoilt, mending) => {
  const { insertedId } = await of(name).insertOne({ tenantId: 'default', 'source.id': new ObjectId(), ...spoilt });
  await list(name, insertedId);
  expect(await sweep()).toBe(0);
  await set(name, insertedId, mending);
  expect(await sweep()).toBe(1);
  expect(await listed()).toEqual([]);
});

it('a message that was taken up before a driver spoilt it', async () => {
  const { id } = await createMessage(makeActor(test.plane, 'operator'), { body: 'work', assignedTo: 'qa' });
  const _id = new ObjectId(id);
  await set('messages', _id, { priority: 'soon' });
  await list('messages', id);
  expect(await sweep()).toBe(0);
  await set('messages', _id, { priority: 'high' });
  expect(await sweep()).toBe(1);
  expect(await listed()).toEqual([]);
});

it('one that is gone, and none that nobody took up or whose own adoption judges it', async () => {
  const raw = await of('messages').insertOne({ tenantId: 'default', body: 'well, as far as the stream looks' });
  const type = await of('agent-types-config').insertOne({ tenantId: 'default', slug: 'well', concurrency: 'many' });
  const byWord = { _id: 'odd' as never, tenantId: 'default', createdAt: now, status: 'done' };
  const odd = await of('runs').insertOne(byWord, { bypassDocumentValidation: true });
  await list('messages', raw.insertedId);
  await list('agent-types-config', type.insertedId);
  await list('runs', odd.insertedId);
  await list('runs', new ObjectId());
  expect(await sweep()).toBe(1);
  expect((await listed()).toSorted()).toEqual([raw, type, odd].map(({ insertedId }) => String(insertedId)).toSorted());
});

it('and stays where it was spoilt and told again while it was looked at', async () => {
  const { insertedId } = await of('runs').insertOne({ tenantId: 'default', createdAt: now, status: 'done' });
  await list('runs', insertedId);
  const { malformed } = test.plane.collections;
  await malformed.updateMany({}, { $set: { toldAt: new Date(0) } });
  const read = malformed.find.bind(malformed);
  let told: Promise<unknown> | undefined;
  malformed.find = ((...args: Parameters<typeof read>) => {
    const cursor = read(...args);
    const all = cursor.toArray.bind(cursor);
    cursor.toArray = async () => {
      const rows = await all();
      told ??= list('runs', insertedId);
      await told;
      return rows;
    };
    return cursor;
  }) as typeof malformed.find;
  await sweep();
  malformed.find = read;
  expect(await listed()).toEqual([String(insertedId)]);
});

it.each([
  ['name', 7, 'name: '],
  ['context', ['a', 'list'], 'context: '],
  ['labels', { tier: 7 }, 'labels.tier: '],
  ['tenantId', null, 'tenantId: '],
])('a node whose %s a driver spoilt, which the stream does not carry', async (field, value, why) => {
  const { plane } = test;
  const node = { tenantId: 'default', kind: 'client', slug: `spoilt-${field.toLowerCase()}`, parentId: null };
  const { insertedId } = await of('projects').insertOne({ ...node, [field]: value });
  const rows = async () => (await readMalformed(plane.collections, 'default', 50)).recent;
  await plane.projects.refresh();
  await expect
    .poll(rows, { timeout: 10_000 })
    .toEqual([{ collection: 'projects', id: String(insertedId), reason: expect.stringContaining(why) as string }]);
  expect(await sweep()).toBe(0);
  await of('projects').updateOne({ _id: insertedId }, { $set: { [field]: field === 'labels' ? {} : 'default' } });
  expect(await sweep()).toBe(1);
  expect(await rows()).toEqual([]);
  // Spoilt again as before, it is told again.
  await plane.projects.refresh();
  await of('projects').updateOne({ _id: insertedId }, { $set: { [field]: value } });
  await plane.projects.refresh();
  await expect.poll(listed, { timeout: 10_000 }).toEqual([String(insertedId)]);
  await of('projects').deleteOne({ _id: insertedId });
});
