import { BSON, ObjectId } from 'mongodb';
import { beforeAll, expect, it } from 'vitest';
import { adoptAgentType } from '@/lib/services/agent-types/adopt-agent-type';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatch } from '@/lib/services/dispatches/life-cycle';
import { adoptTask } from '@/lib/services/tasks/adopt-task';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** A driver may insert whatever the validators take, to the last byte of 256 KiB: it is work like any other. */

const LARGEST = 256 * 1024;
let test: TestPlane;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
});

const FILLED = [
  ['messages', 'body', { assignedTo: 'research', body: 'x' }],
  ['messages', 'subject', { assignedTo: 'research', body: 'x' }],
  ['tasks', 'input', { assignedTo: 'research', title: 'x' }],
  ['tasks', 'title', { assignedTo: 'research' }],
] as const;
/** Of that many bytes by the length of one field. */
function filled(field: string, raw: object, bytes: number) {
  const _id = new ObjectId();
  const around = BSON.calculateObjectSize({ ...raw, _id, [field]: '' });
  return { ...raw, _id, [field]: 'x'.repeat(bytes - around) };
}
const insert = (collection: 'messages' | 'tasks', document: object) =>
  test.plane.collections[collection].insertOne(document as never);

it.each(FILLED)('one of exactly 256 KiB in %s, by its %s, is dispatched and done', async (collection, field, raw) => {
  const document = filled(field, raw, LARGEST);
  const id = document._id.toHexString();
  await insert(collection, document);
  if (collection === 'tasks') await adoptTask(test.plane, document._id);
  const ctx = makeActor(test.plane, 'orchestrator');
  const source = { kind: collection === 'tasks' ? ('task' as const) : ('message' as const), id };
  const { dispatches } = await claimDispatches(ctx, { consumer: 'any', max: 1, waitMs: 0, source });
  expect(dispatches.map(({ source: of }) => of.id)).toEqual([id]);
  const { epoch } = dispatches[0]!;
  await completeDispatch(ctx, dispatches[0]!.id, { epoch, output: 'an output that needs some room'.repeat(20) });
  await test.plane.adoption.flush();
  const { messages, tasks, threads, malformed } = test.plane.collections;
  const row =
    collection === 'tasks' ? await tasks.findOne({ _id: document._id }) : await messages.findOne({ _id: document._id });
  expect(row).toMatchObject({ _id: document._id, status: 'done' });
  expect(await malformed.countDocuments()).toBe(0);
  // A message opens a thread under its own id, with the same subject, and has the output as reply.
  if (collection === 'tasks') return;
  expect(await threads.findOne({ _id: document._id })).toMatchObject({ messageCount: 2 });
});

it.each(FILLED)('one byte more in %s, by its %s, the database refuses', async (collection, field, raw) => {
  await expect(insert(collection, filled(field, raw, LARGEST + 1))).rejects.toMatchObject({ code: 121 });
});

it('an agent type of exactly 256 KiB is taken up, and one past all room is listed and stops nothing', async () => {
  const { agentTypes, malformed } = test.plane.collections;
  const document = filled('notes', { tenantId: 'default', slug: 'largest', name: 'x' }, LARGEST);
  await agentTypes.insertOne(document as never);
  await adoptAgentType(test.plane, document._id);
  expect(await agentTypes.findOne({ _id: document._id })).toMatchObject({ revision: 1, concurrency: 1 });
  expect(await malformed.countDocuments()).toBe(0);
  const larger = filled('notes', { tenantId: 'default', slug: 'larger', name: 'x' }, LARGEST + 9 * 1_024);
  await agentTypes.insertOne(larger as never, { bypassDocumentValidation: true });
  await adoptAgentType(test.plane, larger._id);
  expect(await malformed.find().toArray()).toMatchObject([
    { collection: 'agent-types-config', documentId: String(larger._id), reason: expect.stringContaining('no room') },
  ]);
});
