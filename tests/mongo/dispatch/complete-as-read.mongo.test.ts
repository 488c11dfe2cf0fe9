import { ObjectId } from 'mongodb';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { heartbeatDispatch } from '@/lib/services/dispatches/life-cycle';
import { createMessage } from '@/lib/services/messages/create-message';
import { markReplied } from '@/lib/store/dispatches';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** What a batch completion rests on is read before it is written; what changes between the two counts all the same. */
let test: TestPlane;
let night: Context;
beforeAll(async () => {
  test = await makeRoomyPlane();
  night = makeActor(test.plane, 'orchestrator');
});
afterEach(() => void vi.restoreAllMocks());

async function claimTwo() {
  const person = makeActor(test.plane, 'operator');
  for (const body of ['one', 'two']) await createMessage(person, { assignedTo: 'legal', body });
  const { dispatches } = await claimDispatches(night, { consumer: 'c', max: 2, waitMs: 0, agentTypes: ['legal'] });
  return dispatches as [(typeof dispatches)[number], (typeof dispatches)[number]];
}

/** Once, between the read and the write. */
function meanwhile(run: () => Promise<unknown>): void {
  const { dispatches } = test.plane.collections;
  const write = dispatches.bulkWrite.bind(dispatches);
  vi.spyOn(dispatches, 'bulkWrite').mockImplementationOnce(async (...args) => {
    await run();
    return write(...args);
  });
}

const complete = async (items: { id: string; epoch: number }[]) => {
  const { results } = await completeDispatches(night, {
    items: items.map(({ id, epoch }) => ({ id, epoch, output: 'done' })),
  });
  return results.map(({ status }) => status);
};
const workOf = (id: string) => test.plane.collections.messages.findOne({ _id: new ObjectId(id) });
const repliesTo = (id: string) => test.plane.collections.messages.countDocuments({ inReplyTo: new ObjectId(id) });

describe('of a dispatch that is completed in a batch', () => {
  it('a heartbeat that came just before stands in the ledger of its work', async () => {
    const [first, second] = await claimTwo();
    meanwhile(() => heartbeatDispatch(night, first.id, { epoch: first.epoch }));
    expect(await complete([first, second])).toEqual(['done', 'done']);
    expect((await workOf(first.source.id))?.ledger.firstHeartbeatAt).toBeInstanceOf(Date);
    expect((await workOf(second.source.id))?.ledger.firstHeartbeatAt).toBeNull();
    expect(await Promise.all([first, second].map(({ source }) => repliesTo(source.id)))).toEqual([1, 1]);
  });

  it('a reply that was sent just before is its only one', async () => {
    const [first, second] = await claimTwo();
    meanwhile(() => markReplied(test.plane.collections, new ObjectId(first.id), new ObjectId(first.source.id)));
    expect(await complete([first, second])).toEqual(['done', 'done']);
    expect(await Promise.all([first, second].map(({ source }) => repliesTo(source.id)))).toEqual([0, 1]);
    expect(await test.plane.collections.dispatches.countDocuments({ settled: false })).toBe(0);
  });

  it('nothing is read again where nothing changed', async () => {
    const both = await claimTwo();
    const find = vi.spyOn(test.plane.collections.dispatches, 'find');
    expect(await complete(both)).toEqual(['done', 'done']);
    expect(find).toHaveBeenCalledTimes(1);
  });
});
