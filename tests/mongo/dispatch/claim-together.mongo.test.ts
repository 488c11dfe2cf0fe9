import { ObjectId } from 'mongodb';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatch } from '@/lib/services/dispatches/life-cycle';
import { adoptRawMessages } from '@/lib/services/messages/adoption/adopt-message';
import { createMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Claims that come in one turn are written together; each must still be what it would have been alone. */

let test: TestPlane;
let person: Context;
let night: Context;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});
beforeEach(() => limit(100));

const limit = async (concurrency: number) => {
  await test.plane.collections.agentTypes.updateOne(
    { slug: 'research', tenantId: 'default' },
    { $set: { concurrency } },
  );
  test.plane.agentTypes.clear();
};
const insertRaw = async (body: string, more: object = {}): Promise<string> => {
  const _id = new ObjectId();
  await test.plane.collections.messages.insertOne({ _id, assignedTo: 'research', body, ...more } as never);
  return _id.toHexString();
};
const claimById = (id: string, more: object = {}) =>
  claimDispatches(night, {
    consumer: 'night',
    max: 1,
    waitMs: 0,
    source: { kind: 'message', id },
    ...more,
  });
const finish = (dispatches: { id: string; epoch: number }[]) =>
  Promise.all(dispatches.map(({ id, epoch }) => completeDispatch(night, id, { epoch, output: '' })));
const rowsOf = (ids: string[]) =>
  test.plane.collections.messages.find({ _id: { $in: ids.map(id => new ObjectId(id)) } }).toArray();

describe('claims that come together', () => {
  it('hand each its own work, raw or posted, with all that is needed', async () => {
    const raw = await Promise.all(Array.from({ length: 12 }, (_, n) => insertRaw(`raw ${n}`, { subject: `s${n}` })));
    const posted = await Promise.all(
      Array.from({ length: 8 }, (_, n) => createMessage(person, { body: `posted ${n}`, assignedTo: 'research' })),
    );
    for (const id of raw.slice(0, 6)) test.plane.rawIntake.note(id);
    const ids = [...raw, ...posted.map(({ id }) => id)];
    const results = await Promise.all(ids.map(id => claimById(id)));
    const won = results.flatMap(({ dispatches }) => dispatches);
    expect(won.map(({ source }) => source.id)).toEqual(ids);
    expect(new Set(won.map(({ key }) => key)).size).toBe(ids.length);
    for (const [n, dispatch] of won.entries()) {
      const body = n < 12 ? `raw ${n}` : `posted ${n - 12}`;
      expect(dispatch.thread?.messages.at(-1)).toMatchObject({ body, status: 'claimed', dispatchId: dispatch.id });
      expect(dispatch.prompt).toContain(body);
      if (n < 12) expect(dispatch.thread?.subject).toBe(`s${n}`);
    }
    const rows = await test.plane.collections.dispatches
      .find({ _id: { $in: won.map(({ id }) => new ObjectId(id)) } })
      .toArray();
    expect(new Set(rows.map(({ slot }) => slot)).size).toBe(ids.length);
    for (const row of rows) {
      expect(row.leaseUntil!.getTime() - row.claimedAt.getTime()).toBe(row.leaseMs);
      expect(row.claimedAt).toBeInstanceOf(Date);
    }
    // They come a moment after their claims; whoever reads one waits for it.
    await test.plane.threadOpener.flush();
    expect(await test.plane.collections.threads.countDocuments({ _id: { $in: raw.map(id => new ObjectId(id)) } })).toBe(
      raw.length,
    );
    await finish(won);
  });

  it('never pass the limit, and leave the rest due with no trace of a try', async () => {
    await limit(3);
    const posted = await Promise.all(
      Array.from({ length: 10 }, (_, n) => createMessage(person, { body: `one of ten ${n}`, assignedTo: 'research' })),
    );
    const ids = posted.map(({ id }) => id);
    const results = await Promise.all(ids.map(id => claimById(id)));
    const won = results.flatMap(({ dispatches }) => dispatches);
    expect(won).toHaveLength(3);
    expect(results.filter(({ reason }) => reason === 'at-capacity')).toHaveLength(7);
    const left = (await rowsOf(ids)).filter(({ status }) => status === 'queued');
    expect(left).toHaveLength(7);
    expect(left.every(({ epoch, attempts, dispatchId }) => epoch === 0 && attempts === 0 && dispatchId === null)).toBe(
      true,
    );
    expect(
      await test.plane.collections.dispatches.countDocuments({ 'source.id': { $in: left.map(row => row._id) } }),
    ).toBe(0);
    await finish(won);
    await limit(100);
    await finish((await Promise.all(left.map(row => claimById(String(row._id))))).flatMap(r => r.dispatches));
  });

  it('give one of a thread’s messages out at a time', async () => {
    const first = await createMessage(person, { body: 'first', assignedTo: 'research' });
    const second = await createMessage(person, { body: 'second', assignedTo: 'research', threadId: first.threadId });
    const results = await Promise.all([second, first].map(({ id }) => claimById(id)));
    expect(results.flatMap(({ dispatches }) => dispatches.map(({ source }) => source.id))).toEqual([first.id]);
    await finish(results[1]!.dispatches);
    const next = await claimById(second.id);
    expect(next.dispatches).toHaveLength(1);
    await finish(next.dispatches);
  });
});

describe('a raw insert that was read ahead', () => {
  it('is claimed as its driver left it, when that changed it meanwhile', async () => {
    const id = await insertRaw('reassigned');
    test.plane.rawIntake.note(id);
    expect(await test.plane.rawIntake.get(id)).toMatchObject({ assignedTo: 'research' });
    await test.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, { $set: { assignedTo: 'qa' } });
    const asResearch = await claimById(id, { agentTypes: ['research'] });
    expect(asResearch.dispatches).toEqual([]);
    const [dispatch] = (await claimById(id)).dispatches;
    expect(dispatch).toMatchObject({ agentType: { slug: 'qa' } });
    expect(await rowsOf([id])).toMatchObject([{ assignedTo: 'qa', status: 'claimed' }]);
    await finish([dispatch!]);
  });

  it('is not taken up with what it was before either; the next look takes it as it is', async () => {
    const id = await insertRaw('reassigned before it was taken up');
    test.plane.rawIntake.note(id);
    await test.plane.rawIntake.get(id);
    await test.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, { $set: { assignedTo: 'qa' } });
    await adoptRawMessages(test.plane, [new ObjectId(id)]);
    await adoptRawMessages(test.plane, [new ObjectId(id)]);
    expect(await rowsOf([id])).toMatchObject([{ assignedTo: 'qa', status: 'queued', seq: 1 }]);
  });

  it('brings back its thread, should a dying primary have taken it along', async () => {
    const id = await insertRaw('answered all the same');
    const [dispatch] = (await claimById(id)).dispatches;
    await test.plane.collections.threads.deleteOne({ _id: new ObjectId(id) });
    await completeDispatch(night, dispatch!.id, { epoch: dispatch!.epoch, output: 'the answer' });
    const rows = await test.plane.collections.messages
      .find({ threadId: new ObjectId(id) })
      .sort({ seq: 1 })
      .toArray();
    expect(rows).toMatchObject([{ status: 'done' }, { body: 'the answer', seq: 2, inReplyTo: new ObjectId(id) }]);
    expect(await test.plane.collections.threads.findOne({ _id: new ObjectId(id) })).toMatchObject({ lastSeq: 2 });
  });
});
