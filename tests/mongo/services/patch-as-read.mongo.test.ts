import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { CreateTask } from '@/lib/domain/task/schema';
import type { Context } from '@/lib/services/context';
import { createMessage } from '@/lib/services/messages/create-message';
import { patchMessage } from '@/lib/services/messages/patch-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { patchTask } from '@/lib/services/tasks/patch-task';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { bodyId } from '@/lib/store/ids';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Where changed work stands follows from what it was: two who change it at once do not undo each other. */

let test: TestPlane;
let person: Context;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
});
afterEach(() => vi.restoreAllMocks());

const KINDS = {
  message: {
    post: async () => (await createMessage(person, { body: 'work', assignedTo: 'research' })).id,
    patch: patchMessage,
    collection: () => test.plane.collections.messages,
  },
  task: {
    post: async () => (await createTask(person, CreateTask.parse({ title: 'work', assignedTo: 'research' }))).id,
    patch: patchTask,
    collection: () => test.plane.collections.tasks,
  },
};
const EACH = Object.keys(KINDS) as (keyof typeof KINDS)[];

/** Between what the next change reads and what it writes; each of the next `times`. */
function beforeTheWrite(kind: keyof typeof KINDS, times: number, act: () => Promise<unknown>): void {
  const collection = KINDS[kind].collection();
  const write = collection.findOneAndUpdate.bind(collection) as (...args: unknown[]) => Promise<unknown>;
  let left = times;
  let isActing = false;
  vi.spyOn(collection, 'findOneAndUpdate').mockImplementation((async (...args: unknown[]) => {
    if (left > 0 && !isActing) {
      left -= 1;
      isActing = true;
      await act();
      isActing = false;
    }
    return write(...args);
  }) as never);
}

it.each(EACH)('a %s is both what one and what the other made of it', async kind => {
  const { post, patch } = KINDS[kind];
  const id = await post();
  beforeTheWrite(kind, 1, () => patch(person, id, { priority: 'urgent' }));
  expect(await patch(person, id, { assignedTo: 'legal' })).toMatchObject({ assignedTo: 'legal', priority: 'urgent' });
});

it.each(EACH)('a %s that was taken up meanwhile is left as it is', async kind => {
  const { post, patch, collection } = KINDS[kind];
  const id = await post();
  const status = kind === 'message' ? 'claimed' : 'running';
  const take = () => collection().updateOne({ _id: bodyId('id', id) }, { $set: { status } } as never);
  beforeTheWrite(kind, 1, take);
  const refused = { code: 'conflict', message: expect.stringContaining(status) };
  await expect(patch(person, id, { assignedTo: 'legal' })).rejects.toMatchObject(refused);
});

it.each(EACH)('a %s that never stands still is refused, and not looked at for ever', async kind => {
  const { post, patch } = KINDS[kind];
  const id = await post();
  let turn = 0;
  beforeTheWrite(kind, 100, () => patch(person, id, { priority: (turn += 1) % 2 === 0 ? 'urgent' : 'low' }));
  const refused = { code: 'conflict', message: expect.stringContaining('changing hands') };
  await expect(patch(person, id, { assignedTo: 'legal' })).rejects.toMatchObject(refused);
  expect(turn).toBeLessThan(10);
});

it('a dead message that is given to another type has all its attempts there', async () => {
  const id = await KINDS.message.post();
  const dead = { status: 'dead', attempts: 3, reason: 'attempt 3: failed' } as const;
  await test.plane.collections.messages.updateOne({ _id: bodyId('id', id) }, { $set: dead });
  expect(await patchMessage(person, id, { priority: 'high' })).toMatchObject({ status: 'dead', attempts: 3 });
  expect(await patchMessage(person, id, { assignedTo: 'legal' })).toMatchObject({ status: 'queued', attempts: 0 });
});
