import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { deleteAgentType } from '@/lib/services/agent-types/delete-agent-type';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatch } from '@/lib/services/dispatches/life-cycle';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { acceptLateOutput, cancelDispatch, discardLateOutput } from '@/lib/services/dispatches/steer-dispatch';
import { sweepDispatches } from '@/lib/services/dispatches/sweep';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** One dispatch, resumed since, may end late more than once: no output puts another out. */
let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const rowOf = async ({ id }: Pick<Dispatch, 'id'>) =>
  (await test.plane.collections.dispatches.findOne({ _id: new ObjectId(id) }))!;
const claim = async (id: string): Promise<Dispatch> => {
  const source = { kind: 'message' as const, id };
  return (await claimDispatches(night, { consumer: 'c', max: 1, waitMs: 0, source })).dispatches[0]!;
};
const start = async (assignedTo = 'research') => claim((await createMessage(person, { assignedTo, body: 'work' })).id);
/** It asked and was answered: the same dispatch under the next epoch. */
async function resume(dispatch: Dispatch): Promise<Dispatch> {
  await askQuestion(test.plane, await rowOf(dispatch), { question: 'which?' });
  await postMessage(person, dispatch.thread!.id, { body: 'this one' });
  return claim(dispatch.source.id);
}
const late = ({ id }: Dispatch, epoch: number, output: string) =>
  expect(completeDispatch(night, id, { epoch, output })).rejects.toMatchObject({ code: 'stale-epoch' });
const lapse = async ({ id }: Dispatch) => {
  await test.plane.collections.dispatches.updateOne({ _id: new ObjectId(id) }, { $set: { leaseUntil: new Date(0) } });
  await sweepDispatches(test.plane);
};
const shown = async (dispatch: Dispatch) => {
  const { lateOutput } = await rowOf(dispatch);
  return lateOutput && [lateOutput.epoch, lateOutput.output];
};
const said = async ({ thread }: Dispatch) =>
  (await test.plane.collections.messages.find({ threadId: new ObjectId(thread!.id), late: true }).toArray()).map(
    ({ body }) => body,
  );
/** Three bytes a character: nearly what a record may have. */
const long = (character: string) => character.repeat(64_000);

describe('outputs of two epochs that came late', () => {
  it('are both there to be decided about, the newest first', async () => {
    const dispatch = await start();
    await resume(dispatch);
    await late(dispatch, 1, 'the first');
    await lapse(dispatch);
    await late(dispatch, 2, 'the second');
    // Told again it is no other, and stands where it stood or is shown.
    await late(dispatch, 2, 'the second');
    expect(await shown(dispatch)).toEqual([2, 'the second']);
    await discardLateOutput(person, dispatch.id);
    expect(await shown(dispatch)).toEqual([1, 'the first']);
    await late(dispatch, 1, 'the first');
    await acceptLateOutput(person, dispatch.id);
    expect(await shown(dispatch)).toBeNull();
    expect(await said(dispatch)).toEqual(['the first']);
    for (const epoch of [1, 2]) await late(dispatch, epoch, 'once more');
    expect(await shown(dispatch)).toBeNull();
  });

  it('are both there where the second confirms a stop', async () => {
    const dispatch = await start();
    await resume(dispatch);
    await late(dispatch, 1, 'the first');
    await cancelDispatch(person, dispatch.id);
    const stop = () => completeDispatch(night, dispatch.id, { epoch: 2, output: 'the second' });
    expect(await stop()).toMatchObject({ status: 'cancelled' });
    await late(dispatch, 1, 'the first');
    // That outcome again, also while the other one is shown.
    expect(await stop()).toMatchObject({ status: 'cancelled' });
    expect(await shown(dispatch)).toEqual([1, 'the first']);
    await acceptLateOutput(person, dispatch.id);
    expect(await shown(dispatch)).toEqual([2, 'the second']);
    await acceptLateOutput(person, dispatch.id);
    expect(await shown(dispatch)).toBeNull();
    expect(await said(dispatch)).toEqual(['the first', 'the second']);
  });

  it('are both there where the first comes after the second was decided about', async () => {
    const dispatch = await start();
    await resume(dispatch);
    await lapse(dispatch);
    await late(dispatch, 2, 'the second');
    await discardLateOutput(person, dispatch.id);
    await late(dispatch, 1, 'the first');
    expect(await shown(dispatch)).toEqual([1, 'the first']);
    await acceptLateOutput(person, dispatch.id);
    expect(await said(dispatch)).toEqual(['the first']);
    for (const epoch of [1, 2]) await late(dispatch, epoch, 'once more');
    expect(await shown(dispatch)).toBeNull();
  });

  it('that have no room beside each other leave the newest', async () => {
    const dispatch = await start();
    await resume(await resume(dispatch));
    await late(dispatch, 1, long('一'));
    await late(dispatch, 2, long('二'));
    await lapse(dispatch);
    await late(dispatch, 3, long('三'));
    expect((await shown(dispatch))?.[0]).toBe(3);
    await discardLateOutput(person, dispatch.id);
    expect(await shown(dispatch)).toBeNull();
  });
});

describe('a late output', () => {
  // They were refused as too long for the record, and the agent's work was lost.
  it('however long leaves room for the outcome, before it and after', async () => {
    const dispatch = await start();
    const { epoch } = await resume(await resume(dispatch));
    for (const stale of [1, 2]) await late(dispatch, stale, long('一'));
    const ended = await completeDispatch(night, dispatch.id, { epoch, output: long('二') });
    expect(ended).toMatchObject({ status: 'done' });
    const another = await start();
    await resume(another);
    await completeDispatch(night, another.id, { epoch: 2, output: long('二') });
    await late(another, 1, long('一'));
    expect(await shown(another)).toEqual([1, long('一')]);
  });

  it('accepted ends work whose agent type is gone since', async () => {
    const dispatch = await start('legal');
    await deleteAgentType(makeActor(test.plane, 'admin'), 'legal');
    await lapse(dispatch);
    await late(dispatch, 1, 'all of it');
    const work = () => test.plane.collections.messages.findOne({ _id: new ObjectId(dispatch.source.id) });
    expect(await work()).toMatchObject({ status: 'unroutable' });
    await acceptLateOutput(person, dispatch.id);
    expect(await work()).toMatchObject({ status: 'done', reason: null });
    expect(await said(dispatch)).toEqual(['all of it']);
  });
});
