import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import {
  completeDispatch,
  failDispatch,
  heartbeatDispatch,
  releaseDispatch,
  writeDispatchProgress,
} from '@/lib/services/dispatches/life-cycle';
import { sweepDispatches } from '@/lib/services/dispatches/sweep';
import { createMessage } from '@/lib/services/messages/create-message';
import { makeActor } from '@/tests/support/actors';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

/** A resume that is given back is a resume again, whoever gives it back. */
let api: ApiServer;
let person: Context;
let night: Context;
let slug: string;
let count = 0;

beforeAll(async () => {
  api = await startApiServer();
  person = makeActor(api.plane, 'operator');
  night = makeActor(api.plane, 'orchestrator');
});
afterAll(() => api.stop());
beforeEach(async () => {
  count += 1;
  slug = `asker-${count}`;
  const body = { slug, name: slug, concurrency: 10 };
  expect((await api.call('POST', '/api/agent-types', { body })).status).toBe(201);
});

const rows = () => api.plane.collections;
const rowOf = (id: string) => rows().dispatches.findOne({ _id: new ObjectId(id) });
const messageOf = (id: string) => rows().messages.findOne({ _id: new ObjectId(id) });
const claimAs = (consumer: string, id: string, signal?: AbortSignal) =>
  claimDispatches(night, { consumer, max: 1, waitMs: 0, source: { kind: 'message', id } }, signal);
const questionsOf = (dispatchId: string) =>
  rows().messages.countDocuments({ 'from.dispatchId': new ObjectId(dispatchId), kind: 'question' });

/** Of `slug`: it asked, has been answered, and its agent is kept. */
async function holding() {
  const work = await createMessage(person, { assignedTo: slug, body: 'work' });
  const { id: dispatchId } = (await claimAs('c', work.id)).dispatches[0]!;
  await askQuestion(api.plane, (await rowOf(dispatchId))!, { to: 'human', question: 'which?' });
  await rows().dispatches.updateOne({ _id: new ObjectId(dispatchId) }, { $set: { agentId: 'agent-1' } });
  const answer = { body: { body: 'this one' } };
  expect((await api.call('POST', `/api/threads/${work.threadId}/messages`, answer)).status).toBe(201);
  return { work: work.id, dispatchId };
}
const offerToAll = (dispatchId: string) =>
  rows().dispatches.updateOne({ _id: new ObjectId(dispatchId) }, { $set: { 'question.offeredUntil': new Date(0) } });

describe('a resume that is given back because its caller hung up', () => {
  it('waits with its answer, for whoever held its agent', async () => {
    const { work, dispatchId } = await holding();
    expect(await claimAs('c', work, AbortSignal.abort())).toEqual({ dispatches: [], reason: 'nothing-due' });
    expect(await messageOf(work)).toMatchObject({ status: 'waiting', reason: 'answered; goes on when it is claimed' });
    const row = await rowOf(dispatchId);
    expect(row).toMatchObject({ status: 'waiting', settled: true, agentId: 'agent-1' });
    expect([row!.lane, row!.slot]).toEqual([undefined, undefined]);
    const { dispatches } = await claimAs('c', work);
    expect(dispatches).toMatchObject([{ id: dispatchId, mode: 'resume', agentId: 'agent-1', attempt: 1 }]);
    expect(dispatches[0]!.prompt).toContain('this one');
    await completeDispatch(night, dispatchId, { epoch: dispatches[0]!.epoch, output: 'done with it' });
    expect(await messageOf(work)).toMatchObject({ status: 'done', attempts: 1 });
    expect(await questionsOf(dispatchId)).toBe(1);
  });

  it('by another than held its agent, leaves the agent to who has it', async () => {
    const { work, dispatchId } = await holding();
    await offerToAll(dispatchId);
    expect((await claimAs('other', work, AbortSignal.abort())).dispatches).toEqual([]);
    const { dispatches } = await claimAs('c', work);
    expect(dispatches).toMatchObject([{ id: dispatchId, mode: 'resume', agentId: 'agent-1' }]);
  });

  it('is settled by the sweep where that was cut off', async () => {
    const { work, dispatchId } = await holding();
    const cut = vi.spyOn(rows().messages, 'updateOne').mockRejectedValueOnce(new Error('killed'));
    await claimAs('c', work, AbortSignal.abort());
    cut.mockRestore();
    expect(await messageOf(work)).toMatchObject({ status: 'claimed' });
    const old = { $set: { updatedAt: new Date(0) } };
    await rows().dispatches.updateOne({ _id: new ObjectId(dispatchId), settled: false }, old);
    await sweepDispatches(api.plane);
    const { dispatches } = await claimAs('c', work);
    expect(dispatches).toMatchObject([{ id: dispatchId, mode: 'resume', agentId: 'agent-1' }]);
  });
});

const resumed = async (consumer = 'c') => {
  const { work, dispatchId } = await holding();
  if (consumer !== 'c') await offerToAll(dispatchId);
  const dispatch = (await claimAs(consumer, work)).dispatches[0] as Dispatch;
  expect(dispatch).toMatchObject({ id: dispatchId, mode: 'resume', epoch: 2 });
  return { work, dispatch };
};

describe('a resume that its holder releases', () => {
  it('is offered again as a resume: same dispatch, next epoch, new key, its agent and its answer', async () => {
    const { work, dispatch } = await resumed();
    expect(await releaseDispatch(night, dispatch.id, dispatch)).toMatchObject({ status: 'waiting', epoch: 2 });
    expect(await messageOf(work)).toMatchObject({ status: 'waiting', reason: 'answered; goes on when it is claimed' });
    const again = (await claimAs('c', work)).dispatches[0]!;
    expect(again).toMatchObject({ id: dispatch.id, mode: 'resume', agentId: 'agent-1', epoch: 3, attempt: 1 });
    expect(again.key).not.toBe(dispatch.key);
    expect(again.prompt).toContain('this one');
    await completeDispatch(night, again.id, { epoch: 3, output: 'done with it' });
    expect(await messageOf(work)).toMatchObject({ status: 'done', attempts: 1 });
    expect(await questionsOf(dispatch.id)).toBe(1);
    expect(await rows().dispatches.countDocuments({ 'source.id': new ObjectId(work) })).toBe(1);
  });

  it('is over for its holder, who hears the same again, and whose output is late and kept', async () => {
    const { dispatch } = await resumed();
    const { id, epoch } = dispatch;
    const error = { epoch, error: 'x', retryable: false };
    const isBack = { status: 'waiting', epoch: 2 };
    for (let time = 0; time < 2; time += 1) expect(await releaseDispatch(night, id, { epoch })).toMatchObject(isBack);
    expect(await failDispatch(night, id, error)).toMatchObject(isBack);
    expect(await heartbeatDispatch(night, id, { epoch })).toMatchObject({ status: 'waiting', leaseUntil: null });
    const stale = { code: 'stale-epoch' };
    await expect(writeDispatchProgress(night, new ObjectId(id), { epoch, percent: 5 })).rejects.toMatchObject(stale);
    await expect(completeDispatch(night, id, { epoch, output: 'all of it' })).rejects.toMatchObject(stale);
    expect(await rowOf(id)).toMatchObject({ status: 'waiting', lateOutput: { epoch: 2, output: 'all of it' } });
  });

  it('with an agent of its own keeps that one', async () => {
    const { work, dispatch } = await resumed('other');
    expect(dispatch.agentId).toBeNull();
    await writeDispatchProgress(night, new ObjectId(dispatch.id), { epoch: 2, agentId: 'agent-2' });
    await releaseDispatch(night, dispatch.id, dispatch);
    expect((await claimAs('other', work)).dispatches).toMatchObject([{ mode: 'resume', agentId: 'agent-2' }]);
  });

  it('while it is being stopped is stopped', async () => {
    const { work, dispatch } = await resumed();
    expect((await api.call('POST', `/api/messages/${work}/cancel`)).status).toBe(200);
    expect(await releaseDispatch(night, dispatch.id, dispatch)).toMatchObject({ status: 'cancelled' });
    expect(await messageOf(work)).toMatchObject({ status: 'cancelled' });
  });
});
