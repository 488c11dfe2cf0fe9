import { ObjectId } from 'mongodb';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { acceptLate } from '@/lib/services/dispatches/settle/late-output';
import {
  completeDispatch,
  failDispatch,
  heartbeatDispatch,
  releaseDispatch,
} from '@/lib/services/dispatches/life-cycle';
import { markDone } from '@/lib/services/dispatches/mark-done';
import { resolveCaller } from '@/lib/services/identity/caller';
import { cancelMessage } from '@/lib/services/messages/change-message';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** A dispatch ends once; whoever ends it again hears that outcome, and nothing that was worked out is lost. */
let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const rowOf = ({ id }: Pick<Dispatch, 'id'>) =>
  test.plane.collections.dispatches.findOne({ _id: new ObjectId(id) }).then(row => row!);
const start = async (ctx = night): Promise<Dispatch> => {
  const { id } = await createMessage(person, { assignedTo: 'research', body: 'work' });
  const claim = { consumer: 'c', max: 1, waitMs: 0, source: { kind: 'message' as const, id } };
  return (await claimDispatches(ctx, claim)).dispatches[0]!;
};
const messages = () => test.plane.collections.messages;
const STALE = { code: 'stale-epoch' };

const ends = {
  complete: ({ id, epoch }: Dispatch) => completeDispatch(night, id, { epoch, output: 'all of it' }),
  'complete in a batch': async ({ id, epoch }: Dispatch) => {
    const { results } = await completeDispatches(night, { items: [{ id, epoch, output: 'all of it' }] });
    const { code } = results[0]!;
    return code ? Promise.reject(Object.assign(new Error(code), { code })) : results[0];
  },
  mark_done: async ({ key }: Dispatch) => markDone(await resolveCaller(night, key), { output: 'all of it' }),
};

describe.each(Object.entries(ends))('an output that comes with %s', (_name, end) => {
  it('after a release at the same epoch is late, and kept', async () => {
    const dispatch = await start();
    await releaseDispatch(night, dispatch.id, dispatch);
    await expect(end(dispatch)).rejects.toMatchObject(STALE);
    expect(await rowOf(dispatch)).toMatchObject({ status: 'released', lateOutput: { epoch: 1, output: 'all of it' } });
    expect(await releaseDispatch(night, dispatch.id, dispatch)).toMatchObject({ status: 'released' });
  });

  it('after a stop that was confirmed without one is late, and kept', async () => {
    const dispatch = await start();
    await cancelMessage(person, dispatch.source.id);
    await releaseDispatch(night, dispatch.id, dispatch);
    await expect(end(dispatch)).rejects.toMatchObject(STALE);
    expect(await rowOf(dispatch)).toMatchObject({ status: 'cancelled', lateOutput: { epoch: 1, output: 'all of it' } });
    const again = await failDispatch(night, dispatch.id, { epoch: 1, error: 'x', retryable: false });
    expect(again).toMatchObject({ status: 'cancelled' });
  });

  it('and confirms a stop is that outcome again, also once a person decided about it', async () => {
    const dispatch = await start();
    await cancelMessage(person, dispatch.source.id);
    for (let time = 0; time < 2; time += 1) expect(await end(dispatch)).toMatchObject({ status: 'cancelled' });
    await acceptLate(person, await rowOf(dispatch));
    expect(await end(dispatch)).toMatchObject({ status: 'cancelled' });
    expect((await rowOf(dispatch)).lateOutput).toBeNull();
  });
});

const failing = (ctx: Context, { id, epoch }: Pick<Dispatch, 'id' | 'epoch'>) =>
  failDispatch(ctx, id, { epoch, error: 'usage limit', retryable: true, retryNotBefore: '2100-01-01T00:00:00Z' });
const isHeld = async (ctx: Context) =>
  (await claimDispatches(ctx, { consumer: 'c', max: 1, waitMs: 0, agentTypes: ['legal'] })).reason === 'held';
const lapse = async ({ id, epoch }: Dispatch) => {
  await test.plane.collections.dispatches.updateOne({ _id: new ObjectId(id) }, { $set: { leaseUntil: new Date(0) } });
  await expect(heartbeatDispatch(night, id, { epoch })).rejects.toMatchObject(STALE);
};

describe('a provider’s limit that comes with a failure', () => {
  let own: Context;
  beforeEach(() => {
    own = makeActor(test.plane, 'orchestrator');
  });

  it('holds the account where the work was stopped meanwhile', async () => {
    const dispatch = await start(own);
    await cancelMessage(person, dispatch.source.id);
    expect(await failing(own, dispatch)).toMatchObject({ status: 'cancelled' });
    expect([await isHeld(own), await isHeld(night)]).toEqual([true, false]);
  });

  it('holds the account where the lease had run out, before it is refused', async () => {
    const dispatch = await start(own);
    await lapse(dispatch);
    // Whoever says so: it is the account that the work ran on.
    await expect(failing(night, dispatch)).rejects.toMatchObject(STALE);
    expect([await isHeld(own), await isHeld(night)]).toEqual([true, false]);
  });

  it('holds its own account where another has resumed the dispatch since', async () => {
    const dispatch = await start(own);
    await askQuestion(test.plane, await rowOf(dispatch), { question: 'which?' });
    await postMessage(person, dispatch.thread!.id, { body: 'this one' });
    await test.plane.collections.dispatches.updateOne(
      { _id: new ObjectId(dispatch.id) },
      { $set: { 'question.offeredUntil': new Date(0) } },
    );
    const resumer = makeActor(test.plane, 'orchestrator');
    const claim = { consumer: 'other', max: 1, waitMs: 0, source: dispatch.source };
    expect((await claimDispatches(resumer, claim)).dispatches).toMatchObject([{ id: dispatch.id, epoch: 2 }]);
    await expect(failing(own, dispatch)).rejects.toMatchObject(STALE);
    expect([await isHeld(own), await isHeld(resumer)]).toEqual([true, false]);
  });

  it('of an epoch that was never given out holds nobody', async () => {
    const { id } = await start(own);
    for (const epoch of [0, 2]) await expect(failing(own, { id, epoch })).rejects.toMatchObject(STALE);
    expect(await isHeld(own)).toBe(false);
  });
});

describe('an outcome that was cut off before its effects', () => {
  const later = {
    ...ends,
    fail: ({ id, epoch }: Dispatch) => failDispatch(night, id, { epoch, error: 'x', retryable: false }),
    release: ({ id, epoch }: Dispatch) => releaseDispatch(night, id, { epoch }),
  };
  const worth = { fail: 'dead', release: 'queued' } as Record<string, string>;

  it.each(Object.entries(later))('stands whole once %s is answered again', async (name, end) => {
    const dispatch = await start();
    const status = worth[name] ?? 'done';
    // Dispatches are settled after their outcome was written: the first write to messages is the first effect.
    const writes = [vi.spyOn(messages(), 'findOneAndUpdate'), vi.spyOn(messages(), 'updateOne')];
    for (const write of writes) write.mockRejectedValue(new Error('killed'));
    // In a batch it is told as the error of that one.
    await expect(end(dispatch)).rejects.toThrow(/^(killed|internal)$/);
    for (const write of writes) write.mockRestore();
    expect(await rowOf(dispatch)).toMatchObject({ settled: false });
    await end(dispatch);
    expect(await rowOf(dispatch)).toMatchObject({ settled: true });
    expect(await messages().findOne({ _id: new ObjectId(dispatch.source.id) })).toMatchObject({ status });
    const replies = await messages()
      .find({ inReplyTo: new ObjectId(dispatch.source.id) })
      .toArray();
    expect(replies.map(({ body }) => body)).toEqual(status === 'done' ? ['all of it'] : []);
  });
});
