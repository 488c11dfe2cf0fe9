import { ObjectId } from 'mongodb';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '@/lib/kernel/deferred';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context, Plane } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { getSettings } from '@/lib/services/settings/get-settings';
import { patchSettings } from '@/lib/services/settings/patch-settings';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';
import { secondPlane } from '../../support/second-plane';

/** What the stream has just shown is claimed by rank as it is, beside what stands in the database already. */

let test: TestPlane;
let other: Plane;
let person: Context;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  other = secondPlane(test.plane);
  person = makeActor(test.plane, 'operator');
});
beforeEach(async () => {
  await limit(500);
  // For the next second what the stream shows is left to claims, however slow the machine.
  await insertRaw();
  await finish((await claim(test.plane, 1)).dispatches);
});

const limit = async (concurrency: number) => {
  await test.plane.collections.agentTypes.updateMany({ slug: { $in: ['qa', 'seo'] } }, { $set: { concurrency } });
  test.plane.agentTypes.clear();
};
const pause = async (dispatchPaused: boolean) => {
  const admin = makeActor(test.plane, 'admin');
  const { revision } = await getSettings(admin);
  await patchSettings(admin, { revision, dispatchPaused });
};
/** As the stream tells of it, to each process. */
const insertRaw = async (more: object = {}, shownTo: Plane[] = [test.plane]): Promise<string> => {
  const _id = new ObjectId();
  await test.plane.collections.messages.insertOne({ _id, assignedTo: 'qa', body: 'raw', ...more } as never);
  for (const plane of shownTo) {
    plane.rawIntake.note(String(_id));
    plane.adoption.note('message', String(_id));
  }
  return String(_id);
};
const claim = (plane: Plane, max: number, agentTypes = ['qa', 'seo']) =>
  claimDispatches(makeActor(plane, 'orchestrator'), { consumer: plane.processName, max, waitMs: 0, agentTypes });
const idsOf = (dispatches: Dispatch[]) => dispatches.map(({ source }) => source.id);
const rowOf = (id: string) => test.plane.collections.messages.findOne({ _id: new ObjectId(id) }).then(row => row!);
/** Taken up in the very write that claimed it. */
const isClaimedRaw = async (id: string) => {
  const { adoptedAt, ledger } = (await rowOf(id)) as { adoptedAt?: Date; ledger: { claimedAt?: Date } };
  return adoptedAt !== undefined && adoptedAt.getTime() === ledger.claimedAt?.getTime();
};
const finish = async (dispatches: Dispatch[]) => {
  const items = dispatches.map(({ id, epoch }) => ({ id, epoch, output: '' }));
  const { results } = await completeDispatches(makeActor(test.plane, 'orchestrator'), { items });
  expect(results.every(({ status }) => status === 'done')).toBe(true);
};
const triesOf = (ids: string[]) =>
  test.plane.collections.dispatches.countDocuments({ 'source.id': { $in: ids.map(id => new ObjectId(id)) } });

describe('raw messages that the stream has just shown, claimed by rank', () => {
  it('are taken up by the claim itself, in rank order with what stands there', async () => {
    const stands = (await createMessage(person, { body: 'stands', assignedTo: 'qa' })).id;
    const normal = await insertRaw();
    const urgent = await insertRaw({ priority: 'urgent' });
    const low = await insertRaw({ priority: 'low' });
    const first = await claim(test.plane, 2);
    expect(idsOf(first.dispatches)).toEqual([urgent, stands]);
    expect(await isClaimedRaw(urgent)).toBe(true);
    // Left where they were.
    for (const id of [normal, low]) expect((await rowOf(id)).status).toBeUndefined();
    const rest = await claim(test.plane, 5);
    expect(idsOf(rest.dispatches)).toEqual([normal, low]);
    expect(rest.dispatches[0]).toMatchObject({ attempt: 1, epoch: 1, mode: 'start', thread: { id: normal } });
    expect(rest.dispatches[0]!.prompt).toContain('raw');
    await finish([...first.dispatches, ...rest.dispatches]);
  });

  it('go once each, to claims that come together, and none is tried twice', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => insertRaw()));
    const results = await Promise.all(Array.from({ length: 8 }, () => claim(test.plane, 5)));
    const won = results.flatMap(({ dispatches }) => dispatches);
    expect(idsOf(won).toSorted()).toEqual(ids.toSorted());
    expect(await triesOf(ids)).toBe(40);
    expect(await Promise.all(ids.map(isClaimedRaw))).toEqual(ids.map(() => true));
    await finish(won);
  });

  it('have one dispatch each however two processes race for them', async () => {
    for (let round = 0; round < 15; round += 1) {
      const ids = await Promise.all(Array.from({ length: 4 }, () => insertRaw({}, [test.plane, other])));
      const results = await Promise.all([claim(test.plane, 4), claim(other, 4)]);
      const won = results.flatMap(({ dispatches }) => dispatches);
      // Both may have given way to the other; then it is due, and nothing stands in the way of the next.
      won.push(...(await claim(test.plane, 4)).dispatches);
      expect(idsOf(won).toSorted()).toEqual(ids.toSorted());
      await finish(won);
    }
  });

  it('are left alone when they are for others', async () => {
    const seo = await insertRaw({ assignedTo: 'seo' });
    const human = await insertRaw({ assignedTo: 'human' });
    expect((await claim(test.plane, 5, ['qa'])).reason).toBe('nothing-due');
    expect((await rowOf(seo)).status).toBeUndefined();
    const { dispatches } = await claim(test.plane, 5, ['seo']);
    expect(idsOf(dispatches)).toEqual([seo]);
    expect((await rowOf(human)).status).not.toBe('claimed');
    await finish(dispatches);
  });

  it('wait in the queue when no slot is free, and are claimed when one is', async () => {
    await limit(1);
    const ids = [await insertRaw(), await insertRaw()];
    const first = await claim(test.plane, 5);
    expect(idsOf(first.dispatches)).toEqual([ids[0]]);
    expect(await claim(test.plane, 5)).toEqual({ dispatches: [], reason: 'at-capacity' });
    expect(await triesOf(ids)).toBe(1);
    await finish(first.dispatches);
    const second = await claim(test.plane, 5);
    expect(idsOf(second.dispatches)).toEqual([ids[1]]);
    await finish(second.dispatches);
  });

  it('stay claimable when dispatch was paused over them', async () => {
    await pause(true);
    const id = await insertRaw();
    expect(await claim(test.plane, 5)).toEqual({ dispatches: [], reason: 'held' });
    await pause(false);
    const { dispatches } = await claim(test.plane, 5);
    expect(idsOf(dispatches)).toEqual([id]);
    await finish(dispatches);
  });

  it('take their places in the thread of another first, in the order they came', async () => {
    const opener = await insertRaw();
    const second = await insertRaw({ threadId: new ObjectId(opener) });
    const third = await insertRaw({ threadId: new ObjectId(opener) });
    const turns: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const { dispatches } = await claim(test.plane, 5);
      turns.push(...idsOf(dispatches));
      await finish(dispatches);
    }
    expect(turns).toEqual([opener, second, third]);
    expect((await rowOf(third)).seq).toBeGreaterThan((await rowOf(second)).seq);
  });

  it('come before what was said in their thread since, however urgent, and whoever asks for it', async () => {
    const opener = await insertRaw({ assignedTo: 'seo' });
    await test.plane.rawIntake.get(opener);
    await test.plane.threadOpener.flush();
    // In another process, which did not hear of the raw one.
    const answer = { body: 'at once', assignedTo: 'qa', priority: 'urgent' as const };
    const said = await postMessage(makeActor(other, 'operator'), opener, answer);
    expect(said.seq).toBe(2);
    expect((await claim(test.plane, 5, ['qa'])).dispatches).toEqual([]);
    const byId = { consumer: 'by-id', max: 1, waitMs: 0, source: { kind: 'message' as const, id: said.id } };
    expect(await claimDispatches(makeActor(test.plane, 'orchestrator'), byId)).toMatchObject({ dispatches: [] });
    const first = await claim(test.plane, 5);
    expect(idsOf(first.dispatches)).toEqual([opener]);
    await finish(first.dispatches);
    const second = await claim(test.plane, 5);
    expect(idsOf(second.dispatches)).toEqual([said.id]);
    await finish(second.dispatches);
  });

  it('are not lost to a claim that fails while they are dealt to it', async () => {
    const id = await insertRaw();
    const failing: Plane = {
      ...test.plane,
      settings: { get: () => Promise.reject(new Error('no settings')) } as never,
    };
    await expect(claim(failing, 5)).rejects.toThrow('no settings');
    const { dispatches } = await claim(test.plane, 5);
    expect(idsOf(dispatches)).toEqual([id]);
    await finish(dispatches);
  });

  it('are given to who looked while another claim held them and then left them', async () => {
    const id = await insertRaw();
    const theirs = deferred<boolean>();
    const holding = test.plane.adoption.hold(id, () => theirs.promise, Boolean);
    const claiming = claim(test.plane, 5);
    await new Promise(resolve => setTimeout(resolve, 50));
    theirs.resolve(false);
    await holding;
    const { dispatches } = await claiming;
    expect(idsOf(dispatches)).toEqual([id]);
    await finish(dispatches);
  });

  it('cost those they were claimed with nothing where no write can carry one', async () => {
    const ids = [await insertRaw(), await insertRaw(), await insertRaw()];
    await Promise.all(ids.map(id => test.plane.rawIntake.get(id)));
    const [, bad] = ids.map(id => new ObjectId(id));
    // Grown by its driver after it was read, past the validator, to where every update is refused.
    const grown = { $set: { extra: 'x'.repeat(265 * 1024) } as object };
    await test.plane.collections.messages.updateOne({ _id: bad! }, grown, { bypassDocumentValidation: true });
    const { dispatches } = await claim(test.plane, 5);
    expect(idsOf(dispatches).toSorted()).toEqual([ids[0], ids[2]].toSorted());
    await finish(dispatches);
    await test.plane.collections.messages.deleteOne({ _id: bad! });
  });

  it('are taken up together where very many wait', async () => {
    const ids = await Promise.all(Array.from({ length: 130 }, () => insertRaw()));
    const { dispatches } = await claim(test.plane, 100);
    expect(dispatches).toHaveLength(100);
    const rest = await claim(test.plane, 100);
    expect([...idsOf(dispatches), ...idsOf(rest.dispatches)].toSorted()).toEqual(ids.toSorted());
    for (let at = 0; at < 100; at += 50) await finish(dispatches.slice(at, at + 50));
    await finish(rest.dispatches);
  });
});

describe('slots of a type that has many', () => {
  it('are given out to the last, never twice, and again once they are free', async () => {
    await limit(20);
    const ids = await Promise.all(Array.from({ length: 30 }, () => insertRaw()));
    const won: Dispatch[] = [];
    for (let n = 0; n < 3; n += 1) won.push(...(await claim(test.plane, 6)).dispatches);
    won.push(...(await claim(other, 1)).dispatches, ...(await claim(test.plane, 6)).dispatches);
    expect(won).toHaveLength(20);
    expect(await claim(test.plane, 6)).toEqual({ dispatches: [], reason: 'at-capacity' });
    await finish(won.slice(0, 3));
    const more = (await claim(test.plane, 6)).dispatches;
    expect(more).toHaveLength(3);
    const open = await test.plane.collections.dispatches.find({ slot: { $type: 'string' } }).toArray();
    expect(new Set(open.map(({ slot }) => slot)).size).toBe(20);
    await finish([...won.slice(3), ...more]);
    const left = (await claim(test.plane, 20)).dispatches;
    expect(idsOf([...won, ...more, ...left]).toSorted()).toEqual(ids.toSorted());
    await finish(left);
  });
});
