import type { TopologyDescription } from 'mongodb';
import { ObjectId } from 'mongodb';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { CreateTask } from '@/lib/domain/task/schema';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { createMessage } from '@/lib/services/messages/create-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** A claim's first write waits for no majority: it may go with the primary that took it, before the second one. */

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

const topology = (primary: string) =>
  ({ servers: new Map([[primary, { type: 'RSPrimary', address: primary }]]) }) as unknown as TopologyDescription;

type Written = { _id: ObjectId } | { updateOne: { filter: { _id: ObjectId } } };
const idsIn = (written: unknown): ObjectId[] =>
  ([written].flat() as Written[]).map(one => ('updateOne' in one ? one.updateOne.filter._id : one._id));

/** Of the next claim the first write is lost: as the driver tells it, and as the new primary has it. */
function loseTheFirstWrite(): void {
  const { dispatches } = test.plane.collections;
  const { client } = dispatches.db;
  const told = { previousDescription: topology('old:1'), newDescription: topology('new:2') };
  let isLost = false;
  for (const name of ['findOneAndUpdate', 'insertOne', 'insertMany', 'bulkWrite'] as const) {
    const write = dispatches[name].bind(dispatches) as (...args: unknown[]) => Promise<unknown>;
    vi.spyOn(dispatches, name).mockImplementation((async (...args: unknown[]) => {
      const answer = await write(...args);
      if (isLost) return answer;
      isLost = true;
      // What this write made, and no more: another claim's, answered meanwhile, a majority had on the old one too.
      await dispatches.deleteMany({ _id: { $in: idsIn(args[0]) } });
      client.emit('topologyDescriptionChanged', told as never);
      return answer;
    }) as never);
  }
}

const insertRaw = async (assignedTo: string): Promise<string> => {
  const _id = new ObjectId();
  await test.plane.collections.messages.insertOne({ _id, assignedTo, body: 'work' } as never);
  test.plane.rawIntake.note(String(_id));
  return String(_id);
};

const POSTS = {
  message: async (assignedTo: string) => (await createMessage(person, { body: 'work', assignedTo })).id,
  task: async (assignedTo: string) => (await createTask(person, CreateTask.parse({ title: 'work', assignedTo }))).id,
};
const DOORS = ['one by rank', 'two by rank', 'one by its id'];

it.each(Object.keys(POSTS).flatMap(kind => DOORS.map(door => ({ kind: kind as keyof typeof POSTS, door }))))(
  'of a $kind, claimed $door: nobody is told of it, and it is due again at once',
  async ({ kind, door }) => {
    const ids = [await POSTS[kind]('legal'), await POSTS[kind]('legal')];
    loseTheFirstWrite();
    const source = door === 'one by its id' ? { source: { kind, id: ids[0]! } } : {};
    await claim('legal', { max: door === 'two by rank' ? 2 : 1, ...source });
    vi.restoreAllMocks();
    const claimed = await claim('legal', { max: 2 });
    const known = await test.plane.collections.dispatches.countDocuments({ status: 'running' });
    // What the first claim was told of after it had looked again stands too.
    expect(known).toBe(2);
    for (const { attempt } of claimed) expect(attempt).toBe(1);
    await test.plane.collections.dispatches.deleteMany({});
    await test.plane.collections[kind === 'message' ? 'messages' : 'tasks'].deleteMany({});
  },
);

it.each([1, 2])('of %i raw messages, claimed as their events come: the same', async count => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await insertRaw('legal'));
  const claimEach = () => Promise.all(ids.map(id => claim('legal', { source: { kind: 'message', id } })));
  loseTheFirstWrite();
  const told = (await claimEach()).flat();
  vi.restoreAllMocks();
  const running = await test.plane.collections.dispatches.find({ status: 'running' }).toArray();
  expect(told.map(({ id }) => id).toSorted()).toEqual(running.map(({ _id }) => String(_id)).toSorted());
  await claimEach();
  const claimed = await test.plane.collections.dispatches.find({ status: 'running' }).toArray();
  expect(claimed.map(({ source, attempt }) => [String(source.id), attempt]).toSorted()).toEqual(
    ids.map(id => [id, 1]).toSorted(),
  );
  await test.plane.collections.dispatches.deleteMany({});
  await test.plane.collections.messages.deleteMany({});
});
