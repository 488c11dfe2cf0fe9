import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { releaseDispatch } from '@/lib/services/dispatches/life-cycle';
import { cancelMessage, redriveMessage } from '@/lib/services/messages/change-message';
import { sweepDispatches, sweepOrphans } from '@/lib/services/dispatches/sweep';
import { createMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import type { DispatchDocument } from '@/lib/store/documents';
import { hex } from '@/lib/store/ids';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** More than the sweep looks at together. */
const MANY = 250;
let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  await test.plane.collections.agentTypes.updateOne({ slug: 'research' }, { $set: { concurrency: 100 } });
  test.plane.agentTypes.clear();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const claimOne = async (): Promise<DispatchDocument> => {
  const { id } = await createMessage(person, { body: 'work', assignedTo: 'research' });
  const claim = { consumer: 'night', max: 1, waitMs: 0, source: { kind: 'message' as const, id } };
  const { dispatches } = await claimDispatches(night, claim);
  return (await test.plane.collections.dispatches.findOne({ _id: new ObjectId(dispatches[0]!.id) }))!;
};
/** Many like this one, each of work of its own that is gone since. */
const multiply = async ({ open: _open, lane: _lane, slot: _slot, ...row }: DispatchDocument, fields: object) => {
  const rows = Array.from({ length: MANY }, () => ({
    ...row,
    ...fields,
    _id: new ObjectId(),
    source: { kind: 'message' as const, id: new ObjectId() },
  }));
  await test.plane.collections.dispatches.insertMany(rows);
  return rows.map(({ _id }) => _id);
};
const count = (ids: ObjectId[], fields: object) =>
  test.plane.collections.dispatches.countDocuments({ _id: { $in: ids }, ...fields });

const HOUR_AGO = new Date(Date.now() - 3_600_000);
const messageOf = async ({ source }: DispatchDocument) =>
  (await test.plane.collections.messages.findOne({ _id: source.id }))!;
/** As a claim's second write leaves it that came after the dispatch was over. */
const takeLate = ({ _id, source, epoch }: DispatchDocument, updatedAt = HOUR_AGO) =>
  test.plane.collections.messages.updateOne(
    { _id: source.id },
    { $set: { status: 'claimed', dispatchId: _id, epoch, attempts: 1, reason: null, updatedAt } },
  );
const again = async ({ source }: DispatchDocument) => {
  const named = { kind: 'message' as const, id: source.id.toHexString() };
  return (await claimDispatches(night, { consumer: 'night', max: 1, waitMs: 0, source: named })).dispatches[0];
};
const release = async () => {
  const dispatch = await claimOne();
  await releaseDispatch(night, dispatch._id.toHexString(), { epoch: dispatch.epoch });
  return dispatch;
};

describe('one pass of the sweep', () => {
  const past = new Date(Date.now() - 60_000);

  it('ends all leases of a killed orchestrator, however many they are', async () => {
    const ids = await multiply(await claimOne(), { leaseUntil: past });
    expect(await sweepDispatches(test.plane)).toMatchObject({ lapsed: MANY });
    expect(await count(ids, { status: 'lapsed', settled: true })).toBe(MANY);
  });

  it('settles all outcomes that a crash cut off', async () => {
    const ended = { status: 'released', settled: false, leaseUntil: null, endedAt: past, updatedAt: past };
    const ids = await multiply(await claimOne(), ended);
    expect(await sweepDispatches(test.plane)).toMatchObject({ settled: MANY });
    expect(await count(ids, { settled: true })).toBe(MANY);
  });

  it('settles and lapses all the others beside one that cannot be settled', async () => {
    const [bad, good, next] = [await claimOne(), await claimOne(), await claimOne()];
    await test.plane.collections.messages.updateOne(
      { _id: bad.source.id },
      { $set: { expectsReply: true }, $unset: { from: 1 } },
    );
    const done = {
      status: 'done' as const,
      output: 'x',
      settled: false,
      leaseUntil: null,
      endedAt: past,
      updatedAt: past,
    };
    const { dispatches } = test.plane.collections;
    const free = { $unset: { open: 1, lane: 1, slot: 1 } } as const;
    await dispatches.updateMany({ _id: { $in: [bad._id, good._id] } }, { $set: done, ...free });
    await dispatches.updateOne({ _id: next._id }, { $set: { leaseUntil: past } });
    for (let passes = 0; passes < 2; passes += 1) await sweepDispatches(test.plane);
    expect(await messageOf(good)).toMatchObject({ status: 'done' });
    expect(await messageOf(next)).toMatchObject({ status: 'queued', epoch: 1 });
    expect(await count([bad._id], { settled: false })).toBe(1);
    await dispatches.deleteOne({ _id: bad._id });
  });

  it('tells once of an outcome that cannot be settled, and again when something else is in its way', async () => {
    const [one, two] = [await claimOne(), await claimOne()];
    const { dispatches, messages } = test.plane.collections;
    const _id = { $in: [one._id, two._id] };
    const ended = { status: 'released' as const, settled: false, leaseUntil: null, updatedAt: past };
    await dispatches.updateMany({ _id }, { $set: ended, $unset: { open: 1, lane: 1, slot: 1 } });
    const told = ({ _id: id }: DispatchDocument) =>
      test
        .logged()
        .split('\n')
        .filter(line => line.includes('an outcome was not settled yet') && line.includes(String(id))).length;
    const write = vi.spyOn(messages, 'updateOne');
    for (const trouble of ['this', 'this', 'this', 'that', 'that']) {
      write.mockRejectedValue(new Error(trouble));
      await sweepDispatches(test.plane);
    }
    expect([told(one), told(two)]).toEqual([2, 2]);
    write.mockRestore();
    await sweepDispatches(test.plane);
    expect(await count([one._id, two._id], { settled: true })).toBe(2);
  });

  it('frees what a dispatch held whose status a driver wrote, and its work stands as that says', async () => {
    const dispatch = await claimOne();
    const { dispatches } = test.plane.collections;
    await dispatches.updateOne({ _id: dispatch._id }, { $set: { status: 'cancelled', leaseUntil: past } });
    expect(await sweepDispatches(test.plane)).toMatchObject({ lapsed: 1 });
    expect(
      await count([dispatch._id], { status: 'cancelled', slot: { $exists: false }, lane: { $exists: false } }),
    ).toBe(1);
    expect(await messageOf(dispatch)).toMatchObject({ status: 'cancelled' });
    expect(await sweepDispatches(test.plane)).toMatchObject({ lapsed: 0 });
  });

  it('is left when its process stops', async () => {
    const ids = await multiply(await claimOne(), { leaseUntil: past });
    const stopping = new AbortController();
    const find = test.plane.collections.dispatches.find.bind(test.plane.collections.dispatches);
    test.plane.collections.dispatches.find = ((...query: Parameters<typeof find>) => {
      stopping.abort();
      return find(...query);
    }) as typeof find;
    expect(await sweepDispatches(test.plane, stopping.signal)).toMatchObject({ lapsed: 200, settled: 0 });
    test.plane.collections.dispatches.find = find;
    expect(await count(ids, { status: 'running' })).toBe(MANY - 200);
    await sweepDispatches(test.plane);
  });
});

describe('work that is claimed and that nobody has', () => {
  it('by a dispatch that was given back is due again, with no attempt spent, under the next epoch', async () => {
    const dispatch = await release();
    await takeLate(dispatch);
    expect(await sweepOrphans(test.plane)).toBe(1);
    expect(await messageOf(dispatch)).toMatchObject({ status: 'queued', attempts: 0 });
    expect(await again(dispatch)).toMatchObject({ epoch: 2, attempt: 1 });
  });

  it('by one that lapsed is due with its attempt, and by one that was stopped is cancelled', async () => {
    const [lapsed, stopped] = [await claimOne(), await claimOne()];
    const leaseUntil = new Date(0);
    await test.plane.collections.dispatches.updateOne({ _id: stopped._id }, { $set: { status: 'cancelling' } });
    await test.plane.collections.dispatches.updateMany(
      { _id: { $in: [lapsed._id, stopped._id] } },
      { $set: { leaseUntil } },
    );
    await sweepDispatches(test.plane);
    await takeLate(lapsed);
    await takeLate(stopped);
    expect(await sweepOrphans(test.plane)).toBe(2);
    expect(await messageOf(lapsed)).toMatchObject({ status: 'queued', attempts: 1, epoch: 1 });
    expect(await messageOf(stopped)).toMatchObject({ status: 'cancelled' });
  });

  it('is freed beside one whose outcome cannot be written out, which stays as it is', async () => {
    const [bad, good] = [await release(), await release()];
    const { dispatches, messages } = test.plane.collections;
    await dispatches.updateOne({ _id: bad._id }, { $set: { status: 'done', output: 'x' } });
    await takeLate(bad);
    await takeLate(good);
    await messages.updateOne({ _id: bad.source.id }, { $set: { expectsReply: true }, $unset: { from: 1 } });
    await sweepOrphans(test.plane);
    expect(await messageOf(good)).toMatchObject({ status: 'queued' });
    expect(await messageOf(bad)).toMatchObject({ status: 'claimed', dispatchId: bad._id });
    await messages.deleteOne({ _id: bad.source.id });
  });

  it('is cancelled or driven again by a person before the sweep finds it', async () => {
    const [cancelled, driven] = [await release(), await release()];
    for (const dispatch of [cancelled, driven]) {
      await test.plane.collections.dispatches.deleteOne({ _id: dispatch._id });
      await takeLate(dispatch);
    }
    await cancelMessage(person, hex(cancelled.source.id));
    expect(await messageOf(cancelled)).toMatchObject({ status: 'cancelled' });
    await redriveMessage(person, hex(driven.source.id));
    expect(await messageOf(driven)).toMatchObject({ status: 'queued', epoch: 1 });
    expect(await again(driven)).toMatchObject({ epoch: 2 });
  });

  it('is not a person’s to free while its claim may still be on its way', async () => {
    const young = await release();
    await test.plane.collections.dispatches.deleteOne({ _id: young._id });
    await takeLate(young, new Date());
    await expect(cancelMessage(person, hex(young.source.id))).rejects.toMatchObject({ code: 'conflict' });
    await expect(redriveMessage(person, hex(young.source.id))).rejects.toMatchObject({ code: 'conflict' });
    expect(await messageOf(young)).toMatchObject({ status: 'claimed', dispatchId: young._id });
  });

  it('is left alone while its dispatch is open, is not settled, or ended a moment ago', async () => {
    const [running, waiting, unsettled, young] = [await claimOne(), await claimOne(), await release(), await release()];
    const { dispatches } = test.plane.collections;
    await dispatches.updateOne({ _id: waiting._id }, { $set: { status: 'waiting' } });
    await dispatches.updateOne({ _id: unsettled._id }, { $set: { settled: false } });
    for (const dispatch of [running, waiting, unsettled]) await takeLate(dispatch);
    await takeLate(young, new Date());
    expect(await sweepOrphans(test.plane)).toBe(0);
    for (const dispatch of [running, waiting, unsettled, young])
      expect(await messageOf(dispatch)).toMatchObject({ status: 'claimed', dispatchId: dispatch._id });
  });
});
