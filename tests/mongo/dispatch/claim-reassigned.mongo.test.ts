import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { CreateTask } from '@/lib/domain/task/schema';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { patchMessage } from '@/lib/services/messages/patch-message';
import { createMessage } from '@/lib/services/messages/create-message';
import { patchTask } from '@/lib/services/tasks/patch-task';
import { createTask } from '@/lib/services/tasks/create-task';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** Work that a person gives to another type between a claim's look and its writes is that other type's. */

let test: TestPlane;
let person: Context;
let night: Context;
beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});
afterEach(() => vi.restoreAllMocks());

const claim = async (agentType: string, more: object) =>
  (await claimDispatches(night, { consumer: 'night', max: 1, waitMs: 0, agentTypes: [agentType], ...more })).dispatches;

/** Before the first write of the next claim. */
function beforeTheWrite(act: () => Promise<unknown>): void {
  const { dispatches } = test.plane.collections;
  let acting: Promise<unknown> | null = null;
  for (const name of ['findOneAndUpdate', 'insertMany'] as const) {
    const write = dispatches[name].bind(dispatches) as (...args: unknown[]) => Promise<unknown>;
    vi.spyOn(dispatches, name).mockImplementation((async (...args: unknown[]) => {
      acting ??= act();
      await acting;
      return write(...args);
    }) as never);
  }
}

const KINDS = {
  message: {
    post: async (assignedTo: string) => (await createMessage(person, { body: 'work', assignedTo })).id,
    give: (id: string, assignedTo: string) => patchMessage(person, id, { assignedTo }),
  },
  task: {
    post: async (assignedTo: string) => (await createTask(person, CreateTask.parse({ title: 'work', assignedTo }))).id,
    give: (id: string, assignedTo: string) => patchTask(person, id, { assignedTo }),
  },
};
const DOORS = ['one by rank', 'two by rank', 'one by its id'];

it.each(Object.keys(KINDS).flatMap(kind => DOORS.map(door => ({ kind: kind as keyof typeof KINDS, door }))))(
  'a $kind, claimed $door',
  async ({ kind, door }) => {
    const { post, give } = KINDS[kind];
    const ids = [await post('legal'), await post('legal')];
    let isGiven = false;
    beforeTheWrite(async () => {
      for (const id of ids) await give(id, 'finance');
      isGiven = true;
    });
    const source = door === 'one by its id' ? { source: { kind, id: ids[0]! } } : {};
    expect(await claim('legal', { max: door === 'two by rank' ? 2 : 1, ...source })).toEqual([]);
    expect(isGiven).toBe(true);
    vi.restoreAllMocks();
    const taken = await claim('finance', { max: 5 });
    expect(taken.map(({ source: { id }, epoch, attempt }) => [id, epoch, attempt])).toEqual(ids.map(id => [id, 1, 1]));
  },
);
