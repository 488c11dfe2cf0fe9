import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { completeDispatch, failDispatch, heartbeatDispatch } from '@/lib/services/dispatches/life-cycle';
import { settleDispatch } from '@/lib/services/dispatches/settle/settle';
import { cancelDispatch } from '@/lib/services/dispatches/steer-dispatch';
import { createMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { requestCancel } from '@/lib/store/dispatches';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Whoever asks while an outcome is being written out does not write it a second time beside that. */
let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const rows = () => test.plane.collections;
const rowOf = ({ id }: Pick<Dispatch, 'id'>) =>
  rows()
    .dispatches.findOne({ _id: new ObjectId(id) })
    .then(row => row!);

async function start(): Promise<Dispatch> {
  const { id } = await createMessage(person, { assignedTo: 'research', body: 'work' });
  const claim = { consumer: 'c', max: 1, waitMs: 0, source: { kind: 'message' as const, id } };
  return (await claimDispatches(night, claim)).dispatches[0]!;
}

/** Between the look whether its message stands and the place that it takes in the thread. */
function amidSettling(act: () => Promise<unknown>): void {
  const { threads } = rows();
  const write = threads.findOneAndUpdate.bind(threads) as (...args: unknown[]) => Promise<unknown>;
  vi.spyOn(threads, 'findOneAndUpdate').mockImplementationOnce((async (...args: unknown[]) => {
    await act();
    return write(...args);
  }) as never);
}

/** How many messages its thread says it has, and how many it has. */
async function counts({ thread }: Dispatch): Promise<[number, number]> {
  const threadId = new ObjectId(thread!.id);
  const row = await rows().threads.findOne({ _id: threadId });
  return [row!.messageCount, await rows().messages.countDocuments({ threadId })];
}

describe('an outcome that is being written out', () => {
  it('leaves no open question of one that is stopped meanwhile', async () => {
    const dispatch = await start();
    amidSettling(() => cancelDispatch(person, dispatch.id));
    const { questionId } = await askQuestion(test.plane, await rowOf(dispatch), { question: 'which?' });
    const question = await rows().messages.findOne({ _id: new ObjectId(questionId) });
    expect(question).toMatchObject({ status: 'cancelled', reason: 'whoever asked was stopped' });
  });

  it('is not marked as written for one that came after it', async () => {
    const dispatch = await start();
    // A process asks to stop it, and dies before it writes what that means.
    amidSettling(() => requestCancel(rows(), 'default', new ObjectId(dispatch.id)));
    await askQuestion(test.plane, await rowOf(dispatch), { question: 'which?' });
    expect(await rowOf(dispatch)).toMatchObject({ status: 'cancelled', settled: false });
    await settleDispatch(test.plane, await rowOf(dispatch));
    expect(await rowOf(dispatch)).toMatchObject({ settled: true });
    const { id } = dispatch.source;
    expect(await rows().messages.findOne({ _id: new ObjectId(id) })).toMatchObject({ status: 'cancelled' });
  });

  it('is left alone by a heartbeat, while a question is on its way', async () => {
    const dispatch = await start();
    const beats: unknown[] = [];
    amidSettling(async () => beats.push(await heartbeatDispatch(night, dispatch.id, dispatch)));
    await askQuestion(test.plane, await rowOf(dispatch), { question: 'which?' });
    expect(beats).toMatchObject([{ status: 'waiting' }]);
    expect(await counts(dispatch)).toEqual([2, 2]);
    expect(await rowOf(dispatch)).toMatchObject({ status: 'waiting', settled: true });
  });

  it('is waited for by who ends it again', async () => {
    const dispatch = await start();
    const end = () => completeDispatch(night, dispatch.id, { epoch: dispatch.epoch, output: 'all of it' });
    const again: Promise<unknown>[] = [];
    amidSettling(() => {
      const second = end();
      again.push(second);
      return Promise.race([second, sleep(500)]);
    });
    expect(await end()).toMatchObject({ status: 'done' });
    expect(await Promise.all(again)).toMatchObject([{ status: 'done' }]);
    expect(await counts(dispatch)).toEqual([2, 2]);
    expect(await rowOf(dispatch)).toMatchObject({ settled: true });
  });

  it('is waited for also where it is one of a batch', async () => {
    const [first, second] = [await start(), await start()];
    const again: Promise<unknown>[] = [];
    const { messages } = rows();
    const write = messages.insertMany.bind(messages) as (...args: unknown[]) => Promise<unknown>;
    // Places in the threads are taken by now, and no reply stands.
    vi.spyOn(messages, 'insertMany').mockImplementationOnce((async (...args: unknown[]) => {
      again.push(completeDispatch(night, first.id, { epoch: first.epoch, output: 'one' }));
      await Promise.race([again[0], sleep(500)]);
      return write(...args);
    }) as never);
    const items = [
      { id: first.id, epoch: first.epoch, output: 'one' },
      { id: second.id, epoch: second.epoch, output: 'two' },
    ];
    const { results } = await completeDispatches(night, { items });
    expect(results).toMatchObject([{ status: 'done' }, { status: 'done' }]);
    expect(await Promise.all(again)).toMatchObject([{ status: 'done' }]);
    for (const one of [first, second]) {
      expect(await counts(one)).toEqual([2, 2]);
      expect(await rowOf(one)).toMatchObject({ settled: true });
    }
  });

  it('and fails is tried anew by the next', async () => {
    const dispatch = await start();
    const fail = () => failDispatch(night, dispatch.id, { epoch: dispatch.epoch, error: 'x', retryable: false });
    vi.spyOn(rows().messages, 'updateOne').mockRejectedValueOnce(new Error('killed'));
    await expect(fail()).rejects.toThrow('killed');
    expect(await fail()).toMatchObject({ status: 'failed' });
    expect(await rowOf(dispatch)).toMatchObject({ settled: true });
  });
});
