import { ObjectId } from 'mongodb';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** One raw message that cannot be taken up for now costs the others nothing. */

let test: TestPlane;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
});
const won: Dispatch[] = [];
afterEach(async () => {
  const items = won.splice(0).map(({ id, epoch }) => ({ id, epoch, output: '' }));
  if (items.length > 0) await completeDispatches(makeActor(test.plane, 'orchestrator'), { items });
});

const insertRaw = async (more: object = {}) => {
  const _id = new ObjectId();
  await test.plane.collections.messages.insertOne({ _id, assignedTo: 'qa', body: 'raw', ...more } as never);
  test.plane.rawIntake.note(String(_id));
  test.plane.adoption.note('message', String(_id));
  return String(_id);
};
/** The transaction that `begin` begins outlives a machine that stands still for ten seconds, which is all ours have. */
const longLived = async (begin: () => Promise<unknown>) => {
  const admin = test.database.client.db('admin');
  const name = 'transactionLifetimeLimitSeconds';
  const { [name]: usual } = await admin.command({ getParameter: 1, [name]: 1 });
  await admin.command({ setParameter: 1, [name]: 60 });
  try {
    await begin();
  } finally {
    await admin.command({ setParameter: 1, [name]: usual });
  }
};
/**
 * What a transaction of a driver holds until it is let go. It holds it before it can be adopted: one that was adopted
 * first, as on a slow machine, is no raw message any more.
 */
const holdRaw = async () => {
  const _id = new ObjectId();
  await test.plane.collections.messages.insertOne({ _id, assignedTo: 'qa', body: 'raw' } as never);
  test.plane.rawIntake.note(String(_id));
  await test.plane.rawIntake.get(String(_id));
  await test.plane.threadOpener.flush();
  const session = test.database.client.startSession();
  session.startTransaction();
  await longLived(() =>
    test.plane.collections.messages.updateOne({ _id }, { $set: { note: 1 } as object }, { session }),
  );
  test.plane.adoption.note('message', String(_id));
  const letGo = async () => {
    await session.abortTransaction();
    await session.endSession();
  };
  return { id: String(_id), letGo };
};
const claim = async (max: number, agentTypes = ['qa']) => {
  const ctx = makeActor(test.plane, 'orchestrator');
  const { dispatches } = await claimDispatches(ctx, { consumer: 'one', max, waitMs: 0, agentTypes });
  won.push(...dispatches);
  return dispatches.map(({ source }) => source.id);
};
const person = () => makeActor(test.plane, 'operator');

describe('a raw message that a driver’s transaction holds', () => {
  it('holds up no claim by rank, and is claimed when the transaction is over', async () => {
    const { threadId } = await createMessage(person(), { body: 'theirs', assignedTo: null });
    const locked = await holdRaw();
    const reading = test.plane.adoption.flush();
    const plain = await insertRaw();
    const inThread = await insertRaw({ threadId: new ObjectId(threadId) });
    const startedMs = performance.now();
    const found: string[] = [];
    while (found.length < 2 && performance.now() - startedMs < 4_000) found.push(...(await claim(5)));
    expect(found.toSorted()).toEqual([plain, inThread].toSorted());
    await locked.letGo();
    await reading;
    expect(await claim(5)).toEqual([locked.id]);
  });

  it('holds up its own thread alone, and is not tried again by every claim that finds work behind it', async () => {
    const opener = await holdRaw();
    const behind = await postMessage(person(), opener.id, { body: 'after it', assignedTo: 'qa' });
    const elsewhere = await createMessage(person(), { body: 'elsewhere', assignedTo: 'qa', priority: 'low' });
    expect(await claim(1)).toEqual([elsewhere.id]);
    const writes = vi.spyOn(test.plane.collections.messages, 'bulkWrite');
    const source = { kind: 'message' as const, id: behind.id };
    for (let claims = 0; claims < 4; claims += 1) {
      expect(await claim(5)).toEqual([]);
      const ctx = makeActor(test.plane, 'orchestrator');
      const named = await claimDispatches(ctx, { consumer: 'two', max: 1, waitMs: 0, source });
      expect(named).toEqual({ dispatches: [], reason: 'nothing-due' });
    }
    expect(writes).not.toHaveBeenCalled();
    await opener.letGo();
    await expect.poll(() => test.plane.adoption.has(opener.id)).toBe(false);
    expect(await claim(5)).toEqual([opener.id]);
  });
});
