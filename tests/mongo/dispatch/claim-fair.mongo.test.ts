import { ObjectId } from 'mongodb';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { SlotBook } from '@/lib/services/dispatches/due/slot-book';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { holdAccount } from '@/lib/store/accounts';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Who gets what, where there is not enough for all: the most urgent thread, and nobody for want of another's means. */

const TYPES = ['qa', 'seo', 'legal', 'finance'];
let test: TestPlane;
let person: Context;
let claimers: Context[];
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  claimers = [1, 2].map(() => makeActor(test.plane, 'orchestrator'));
});
beforeEach(async () => {
  await limit(TYPES, 100);
  do await finish(won.splice(0, 100));
  while ((await claim(100)).length > 0);
});

/** Not finished yet. */
const won: Dispatch[] = [];

const limit = async (slugs: string[], concurrency: number) => {
  await test.plane.collections.agentTypes.updateMany({ slug: { $in: slugs } }, { $set: { concurrency } });
  test.plane.agentTypes.clear();
};
const ask = async (ctx: Context, max: number, agentTypes = TYPES) => {
  const result = await claimDispatches(ctx, { consumer: ctx.principal.id, max, waitMs: 0, agentTypes });
  won.push(...result.dispatches);
  return result;
};
const claim = async (max: number, agentTypes = TYPES) => (await ask(claimers[0]!, max, agentTypes)).dispatches;
const idsOf = (dispatches: Dispatch[]) => dispatches.map(({ source }) => source.id);
const finish = async (dispatches: Dispatch[]) => {
  const items = dispatches.map(({ id, epoch }) => ({ id, epoch, output: '' }));
  if (items.length > 0) await completeDispatches(claimers[0]!, { items });
};
const post = async (assignedTo: string, more: object = {}) =>
  (await createMessage(person, { body: 'work', assignedTo, ...more })).id;
const postMany = async (count: number, assignedTo: string) => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await post(assignedTo));
  return ids;
};
const insertRaw = async (assignedTo: string) => {
  const _id = new ObjectId();
  await test.plane.collections.messages.insertOne({ _id, assignedTo, body: 'raw' } as never);
  test.plane.rawIntake.note(String(_id));
  test.plane.adoption.note('message', String(_id));
  return String(_id);
};

/** The first is urgent for what stands behind it. */
const makeThreads = async () => {
  const first = await createMessage(person, { body: 'low', assignedTo: 'qa', priority: 'low' });
  const other = await post('qa');
  await postMessage(person, first.threadId, { body: 'now', assignedTo: 'qa', priority: 'urgent' });
  return [first.id, other];
};

describe('a thread ranks by its most urgent due item', () => {
  it('also when a claim wants more than one', async () => {
    const expected = await makeThreads();
    expect(idsOf(await claim(2))).toEqual(expected);
  });

  it('and gets the slot where there is only one', async () => {
    await limit(['qa'], 1);
    const [first] = await makeThreads();
    expect(idsOf(await claim(2))).toEqual([first]);
  });
});

describe('a type at its limit', () => {
  it('with work waiting holds up no other', async () => {
    await limit(['qa', 'legal'], 1);
    const full = [...(await postMany(6, 'qa')), ...(await postMany(60, 'legal'))];
    expect(await claim(2)).toHaveLength(2);
    const [free, last] = [await post('seo'), await post('finance')];
    expect(idsOf(await claim(2))).toEqual([free, last]);
    expect(await ask(claimers[0]!, 2)).toEqual({ dispatches: [], reason: 'at-capacity' });
    await limit(['qa', 'legal'], 100);
    const rest = await claim(100);
    expect(idsOf(rest).toSorted()).toEqual(full.filter((_id, at) => at !== 0 && at !== 6).toSorted());
  });

  it('is found out without holding the slots of others, or anything else that was not dealt', async () => {
    await limit(['qa'], 1);
    await post('qa');
    await claim(1);
    await post('qa');
    const full = [await insertRaw('qa'), await insertRaw('qa')];
    const [seo, legal] = [await post('seo'), await post('legal')];
    const take = vi.spyOn(SlotBook.prototype, 'take');
    const lent = new Set<string>();
    vi.spyOn(test.plane.adoption, 'lend').mockImplementation(id => {
      lent.add(id);
      return { back: () => lent.delete(id), keep: () => lent.delete(id) };
    });
    const lentAtLooks: number[] = [];
    vi.spyOn(test.plane.adoption, 'waiting').mockImplementation(() => {
      lentAtLooks.push(lent.size);
      return full;
    });
    expect(idsOf(await claim(1))).toEqual([seo]);
    expect(lentAtLooks.length).toBeGreaterThan(1);
    expect(Math.max(...lentAtLooks)).toBe(0);
    const asked = take.mock.calls.map(([type, count]) => [type.slug, count]);
    expect(asked).toEqual([
      ['qa', 1],
      ['seo', 1],
    ]);
    vi.restoreAllMocks();
    expect(idsOf(await claim(1))).toEqual([legal]);
  });

  it('is looked past without waiting for what this very claim was dealt', async () => {
    await limit(['legal'], 1);
    await post('legal');
    await claim(1);
    await post('legal');
    const raw = await insertRaw('qa');
    await test.plane.rawIntake.get(raw);
    const waiting = vi.spyOn(test.plane.adoption, 'waiting');
    // What cannot be claimed as it is, shown since.
    waiting.mockReturnValueOnce([raw]).mockReturnValue(['f'.repeat(24)]);
    const flush = vi.spyOn(test.plane.adoption, 'flush');
    expect(idsOf(await claim(2))).toEqual([raw]);
    expect(waiting.mock.calls.length).toBeGreaterThan(1);
    expect(flush).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('holds up no other with what the stream has just shown', async () => {
    await limit(['qa'], 1);
    const running = await post('qa');
    expect(idsOf(await claim(1))).toEqual([running]);
    const full = [await insertRaw('qa'), await insertRaw('qa'), await insertRaw('qa')];
    const free = await insertRaw('seo');
    expect(idsOf(await claim(2))).toEqual([free]);
    await limit(['qa'], 100);
    expect(idsOf(await claim(10))).toEqual(full);
  });
});

describe('claims that come together', () => {
  it('leave what a claimer on hold may not take to those who may', async () => {
    const [held, free] = [makeActor(test.plane, 'orchestrator'), claimers[0]!];
    await holdAccount(test.plane.collections, 'default', held.principal.account, new Date(Date.now() + 60_000));
    const id = await post('qa');
    const [theirs, ours] = await Promise.all([ask(held, 5), ask(free, 5)]);
    expect(theirs).toEqual({ dispatches: [], reason: 'held' });
    expect(idsOf(ours.dispatches)).toEqual([id]);
  });

  it('with other types find what is behind the work the first go for', async () => {
    const ids = await postMany(10, 'qa');
    const [all, some] = await Promise.all([ask(claimers[0]!, 5), ask(claimers[1]!, 5, ['qa'])]);
    expect(idsOf([...all.dispatches, ...some.dispatches]).toSorted()).toEqual(ids.toSorted());
  });
});
