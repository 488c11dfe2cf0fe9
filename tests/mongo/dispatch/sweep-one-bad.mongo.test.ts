import { ObjectId, type Collection } from 'mongodb';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { CleanUp } from '@/lib/domain/maintenance/schema';
import { reconcileAllHolds } from '@/lib/services/agent-types/reconcile-all-holds';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { sweepDispatches, sweepOrphans } from '@/lib/services/dispatches/sweep';
import { cleanUp } from '@/lib/services/maintenance/clean-up';
import { createMessage } from '@/lib/services/messages/create-message';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** One record that cannot be written holds up none beside it, in whichever sweep. */
let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});
afterEach(() => vi.restoreAllMocks());

const start = async (): Promise<ObjectId> => {
  const { id } = await createMessage(person, { assignedTo: 'research', body: 'work' });
  const source = { kind: 'message' as const, id };
  const { dispatches } = await claimDispatches(night, { consumer: 'c', max: 1, waitMs: 0, source });
  return new ObjectId(dispatches[0]!.id);
};
/** Every write of this one record fails. */
function refuseWritesOf<T extends object>(collection: Collection<T>, id: ObjectId): void {
  const write = collection.findOneAndUpdate.bind(collection) as (...args: unknown[]) => Promise<unknown>;
  vi.spyOn(collection, 'findOneAndUpdate').mockImplementation((async (...args: unknown[]) => {
    if (id.equals((args[0] as { _id?: ObjectId })._id)) throw new Error('cannot be written');
    return write(...args);
  }) as never);
}
const expire = async (ids: ObjectId[]) => {
  const leaseUntil = { $set: { leaseUntil: new Date(0) } };
  await test.plane.collections.dispatches.updateMany({ _id: { $in: ids } }, leaseUntil);
};
const statusOf = async (id: ObjectId) => (await test.plane.collections.dispatches.findOne({ _id: id }))?.status;

it('of the leases that ran out', async () => {
  const [bad, good] = [await start(), await start()];
  await expire([bad, good]);
  refuseWritesOf(test.plane.collections.dispatches, bad);
  await sweepDispatches(test.plane);
  expect([await statusOf(bad), await statusOf(good)]).toEqual(['running', 'lapsed']);
  vi.restoreAllMocks();
  await sweepDispatches(test.plane);
  expect(await statusOf(bad)).toBe('lapsed');
});

it('of the leases that a clean-up ends', async () => {
  const [bad, good] = [await start(), await start()];
  await expire([bad, good]);
  refuseWritesOf(test.plane.collections.dispatches, bad);
  await cleanUp(makeActor(test.plane, 'admin'), CleanUp.parse({ dryRun: false }));
  expect([await statusOf(bad), await statusOf(good)]).toEqual(['running', 'lapsed']);
});

it('of the work that nobody has', async () => {
  const { messages } = test.plane.collections;
  const updatedAt = new Date(Date.now() - 3_600_000);
  const orphan = async () => {
    const _id = new ObjectId((await createMessage(person, { assignedTo: 'research', body: 'work' })).id);
    await messages.updateOne({ _id }, { $set: { status: 'claimed', dispatchId: new ObjectId(), updatedAt } });
    return _id;
  };
  const [bad, good] = [await orphan(), await orphan()];
  const write = messages.updateOne.bind(messages) as (...args: unknown[]) => Promise<unknown>;
  vi.spyOn(messages, 'updateOne').mockImplementation((async (...args: unknown[]) => {
    if (bad.equals((args[0] as { _id?: ObjectId })._id)) throw new Error('cannot be written');
    return write(...args);
  }) as never);
  await sweepOrphans(test.plane);
  const statuses = [bad, good].map(async _id => (await messages.findOne({ _id }))!.status);
  expect(await Promise.all(statuses)).toEqual(['claimed', 'queued']);
});

it('of the types whose work is held or freed', async () => {
  const { agentTypes, messages } = test.plane.collections;
  const slugs = ['legal', 'sales'];
  const ids = await Promise.all(
    slugs.map(async assignedTo => new ObjectId((await createMessage(person, { assignedTo, body: 'work' })).id)),
  );
  await agentTypes.updateMany({ slug: { $in: slugs } }, { $set: { paused: true } });
  const read = agentTypes.findOne.bind(agentTypes) as (...args: unknown[]) => Promise<unknown>;
  vi.spyOn(agentTypes, 'findOne').mockImplementation((async (...args: unknown[]) => {
    if ((args[0] as { slug?: string }).slug === 'legal') throw new Error('cannot be read');
    return read(...args);
  }) as never);
  await reconcileAllHolds(test.plane);
  const statuses = ids.map(async _id => (await messages.findOne({ _id }))!.status);
  expect(await Promise.all(statuses)).toEqual(['queued', 'held']);
});
