import { ObjectId } from 'mongodb';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { failDispatch } from '@/lib/services/dispatches/life-cycle';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Claims by rank of one process share the looks at what is due; each must still get what is most urgent and its own. */

let test: TestPlane;
let person: Context;
let claimers: Context[];
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  claimers = Array.from({ length: 8 }, () => makeActor(test.plane, 'orchestrator'));
});
beforeEach(() => limit(1_000));

const limit = async (concurrency: number) => {
  await test.plane.collections.agentTypes.updateMany(
    { slug: { $in: ['qa', 'seo', 'legal', 'finance'] } },
    { $set: { concurrency } },
  );
  test.plane.agentTypes.clear();
};
const claim = (ctx: Context, max: number, agentTypes = ['qa', 'seo']) =>
  claimDispatches(ctx, { consumer: ctx.principal.id, max, waitMs: 0, agentTypes });
const idsOf = (dispatches: Dispatch[]) => dispatches.map(({ source }) => source.id);
const finish = async (dispatches: Dispatch[]) => {
  for (let at = 0; at < dispatches.length; at += 100) {
    const items = dispatches.slice(at, at + 100).map(({ id, epoch }) => ({ id, epoch, output: '' }));
    const { results } = await completeDispatches(claimers[0]!, { items });
    expect(results.every(({ status }) => status === 'done')).toBe(true);
  }
};
const post = async (count: number, more: object = {}) => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    ids.push((await createMessage(person, { body: `n${n}`, assignedTo: 'qa', ...more })).id);
  }
  return ids;
};
/** Each dispatch that was ever tried, also those that lost and were withdrawn, uses up an epoch or a place. */
const triesOf = (ids: string[]) =>
  test.plane.collections.dispatches.countDocuments({ 'source.id': { $in: ids.map(id => new ObjectId(id)) } });

describe('claims by rank that come together', () => {
  it('get different work, all of it, the most urgent to those who came', async () => {
    const low = await post(30, { priority: 'low' });
    const urgent = await post(50, { priority: 'urgent' });
    const results = await Promise.all(claimers.slice(0, 5).map(ctx => claim(ctx, 10)));
    expect(results.map(({ dispatches }) => dispatches.length)).toEqual([10, 10, 10, 10, 10]);
    const won = results.flatMap(({ dispatches }) => dispatches);
    expect(idsOf(won).toSorted()).toEqual(urgent.toSorted());
    // Within a claim too: the oldest first.
    for (const { dispatches } of results) {
      const places = idsOf(dispatches).map(id => urgent.indexOf(id));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }
    const rest = await Promise.all(claimers.map(ctx => claim(ctx, 10)));
    const left = rest.flatMap(({ dispatches }) => dispatches);
    expect(idsOf(left).toSorted()).toEqual(low.toSorted());
    expect(rest.filter(({ reason }) => reason === 'nothing-due')).toHaveLength(5);
    expect(await triesOf([...low, ...urgent])).toBe(80);
    await finish([...won, ...left]);
  });

  it('hand each all it needs: its thread, its prompt, its key', async () => {
    const ids = await post(12);
    const more = await postMessage(person, await threadOf(ids[3]!), { body: 'and a word', assignedTo: null });
    const { dispatches } = await claim(claimers[0]!, 12);
    expect(idsOf(dispatches)).toEqual(ids);
    for (const [n, dispatch] of dispatches.entries()) {
      expect(dispatch.prompt).toContain(`n${n}`);
      expect(dispatch.prompt).toContain(dispatch.key);
      const bodies = dispatch.thread!.messages.map(({ body }) => body);
      expect(bodies).toEqual(n === 3 ? ['n3', 'and a word'] : [`n${n}`]);
      const [first] = dispatch.thread!.messages;
      expect(first).toMatchObject({ status: 'claimed', epoch: 1, attempts: 1, dispatchId: dispatch.id });
      expect(Date.parse(first!.ledger.claimedAt!)).toBeGreaterThanOrEqual(Date.parse(first!.ledger.storedAt!));
      const row = await test.plane.collections.dispatches.findOne({ _id: new ObjectId(dispatch.id) });
      expect(row).toMatchObject({ status: 'running', settled: true, epoch: 1 });
      expect(row!.leaseUntil!.getTime() - row!.claimedAt.getTime()).toBe(row!.leaseMs);
      expect(row!.leaseUntil!.toISOString()).toBe(dispatch.leaseUntil);
    }
    expect(more.seq).toBe(2);
    await finish(dispatches);
  });

  it('give a scarce slot to the most urgent, and say so to the others', async () => {
    await limit(3);
    const low = await post(6, { priority: 'low' });
    const high = await post(3, { priority: 'high' });
    const results = await Promise.all(claimers.map(ctx => claim(ctx, 5)));
    const won = results.flatMap(({ dispatches }) => dispatches);
    expect(idsOf(won).toSorted()).toEqual(high.toSorted());
    expect(results.filter(({ reason }) => reason === 'at-capacity')).toHaveLength(7);
    expect(await triesOf(low)).toBe(0);
    await limit(1_000);
    const rest = await claim(claimers[0]!, 100);
    expect(idsOf(rest.dispatches)).toEqual(low);
    await finish([...won, ...rest.dispatches]);
  });

  it('pass over threads that run, however many items stand in them', { timeout: 60_000 }, async () => {
    const heads = await post(3);
    for (const id of heads) {
      const threadId = await threadOf(id);
      for (let n = 0; n < 60; n += 1) {
        await postMessage(person, threadId, { body: `behind ${n}`, assignedTo: 'qa', priority: 'urgent' });
      }
    }
    const running = (await claim(claimers[0]!, 3)).dispatches;
    expect(idsOf(running)).toEqual(heads);
    const [free] = await post(1, { priority: 'low' });
    const { dispatches } = await claim(claimers[1]!, 2);
    expect(idsOf(dispatches)).toEqual([free]);
    await finish([...running, ...dispatches]);
    const next = await claim(claimers[1]!, 10);
    const started = idsOf(next.dispatches).map(id => new ObjectId(id));
    const rows = await test.plane.collections.messages.find({ _id: { $in: started } }).toArray();
    expect(rows.map(({ body, seq }) => [body, seq])).toEqual(heads.map(() => ['behind 0', 2]));
    await finish(next.dispatches);
    await test.plane.collections.messages.updateMany({ status: 'queued' }, { $set: { status: 'cancelled' } });
  });

  it('take messages and tasks alike, and leave a thread whose first item backs off', async () => {
    const [first] = await post(1);
    const taken = (await claim(claimers[0]!, 1)).dispatches[0]!;
    await postMessage(person, await threadOf(first!), { body: 'waits behind it', assignedTo: 'qa' });
    await test.plane.collections.messages.updateOne({ _id: new ObjectId(first!) }, { $set: { attempts: 3 } });
    await failDispatch(claimers[0]!, taken.id, { epoch: 1, error: 'boom', retryable: true });
    await test.plane.collections.messages.updateOne(
      { _id: new ObjectId(first!) },
      { $set: { availableAt: new Date(Date.now() + 60_000) } },
    );
    const [message] = await post(1);
    const task = await createTask(person, { ...TASK, title: 'beside it' });
    const { dispatches } = await claim(claimers[0]!, 10);
    expect(idsOf(dispatches).toSorted()).toEqual([message!, task.id].toSorted());
    await finish(dispatches);
  });

  it('try again when others were first at all they went for', async () => {
    const ids = await post(4);
    // Another process's claims stand, which this one's look cannot know of: the messages are not marked yet.
    const c = test.plane.collections;
    const taken = ids.slice(0, 2);
    const { dispatches: template } = await claim(claimers[0]!, 1);
    const row = (await c.dispatches.findOne({ _id: new ObjectId(template[0]!.id) }))!;
    await finish(template);
    const next = ids[1]!;
    await c.dispatches.insertOne({
      ...row,
      _id: new ObjectId(),
      source: { kind: 'message', id: new ObjectId(next) },
      open: new ObjectId(next),
      lane: new ObjectId(next),
      slot: 'default/qa#99999',
      epoch: 1,
    });
    const { dispatches } = await claim(claimers[1]!, 3);
    expect(idsOf(dispatches)).toEqual(ids.slice(2));
    expect(taken).toContain(idsOf(template)[0]);
    await finish(dispatches);
  });
});

const threadOf = async (id: string): Promise<string> =>
  (await test.plane.collections.messages.findOne({ _id: new ObjectId(id) }))!.threadId.toHexString();

const TASK = {
  input: '',
  assignedTo: 'seo',
  priority: 'normal' as const,
  projectId: null,
  threadId: null,
  dependsOn: [],
  deliverables: [],
};

const take = (types = ['legal', 'finance']) => claim(claimers[0]!, 1, types);
const askFrom = async ({ id, epoch }: Dispatch): Promise<string> => {
  const _id = new ObjectId(id);
  const row = await test.plane.collections.dispatches.findOne({ _id, epoch });
  return (await askQuestion(test.plane, row!, { to: 'human', question: 'may I?' })).questionId;
};

describe('an answered question whose asker has no room', () => {
  it('stands before nothing that can be done, and comes when there is room', async () => {
    await limit(1);
    await post(1, { assignedTo: 'legal' });
    const [asker] = (await take(['legal'])).dispatches;
    const questionId = await askFrom(asker!);
    await post(1, { assignedTo: 'legal' });
    const [holder] = (await take(['legal'])).dispatches;
    await postMessage(person, asker!.thread!.id, { body: 'yes', inReplyTo: questionId });
    expect(await take()).toEqual({ dispatches: [], reason: 'at-capacity' });
    const [other] = await post(1, { assignedTo: 'finance' });
    const meanwhile = (await take()).dispatches;
    expect(idsOf(meanwhile)).toEqual([other]);
    await finish([holder!, ...meanwhile]);
    const resumed = (await take()).dispatches;
    expect(resumed).toMatchObject([{ id: asker!.id, mode: 'resume' }]);
    await finish(resumed);
  });

  it('waits for its lane, too, without holding others up', async () => {
    await post(1, { assignedTo: 'finance' });
    const [asker] = (await take(['finance'])).dispatches;
    await postMessage(person, asker!.thread!.id, { body: 'and this', assignedTo: 'legal' });
    const questionId = await askFrom(asker!);
    const [holder] = (await take(['legal'])).dispatches;
    expect(holder!.thread!.id).toBe(asker!.thread!.id);
    await postMessage(person, asker!.thread!.id, { body: 'yes', inReplyTo: questionId });
    const [other] = await post(1, { assignedTo: 'finance' });
    const meanwhile = (await take()).dispatches;
    expect(idsOf(meanwhile)).toEqual([other]);
    await finish([holder!, ...meanwhile]);
    const resumed = (await take()).dispatches;
    expect(resumed).toMatchObject([{ id: asker!.id, mode: 'resume' }]);
    await finish(resumed);
  });

  it('stands before nobody else’s resume either, however many wait for the one slot', async () => {
    const many = 110;
    const ids = await post(many, { assignedTo: 'legal' });
    await post(1, { assignedTo: 'finance' });
    const all = async () => (await claim(claimers[0]!, 100, ['legal'])).dispatches;
    const crowd = [...(await all()), ...(await all())];
    expect(crowd).toHaveLength(many);
    const [last] = (await take(['finance'])).dispatches;
    for (const asker of [...crowd, last!]) {
      const questionId = await askFrom(asker);
      await postMessage(person, asker.thread!.id, { body: 'yes', inReplyTo: questionId });
    }
    await limit(1);
    const [holder] = (await take(['legal'])).dispatches;
    expect(holder).toMatchObject({ mode: 'resume', agentType: { slug: 'legal' } });
    const resumed = (await take()).dispatches;
    expect(resumed).toMatchObject([{ id: last!.id, mode: 'resume' }]);
    await limit(1_000);
    // By its own name, past all that have waited longer.
    const named = crowd.at(-1)!;
    const source = { kind: 'message' as const, id: named.source.id };
    const byName = await claimDispatches(claimers[0]!, { consumer: 'x', max: 1, waitMs: 0, source });
    expect(byName.dispatches).toMatchObject([{ id: named.id, mode: 'resume' }]);
    const rest = [...(await all()), ...(await all())];
    expect(rest).toHaveLength(many - 2);
    expect(new Set(idsOf([holder!, ...byName.dispatches, ...rest]))).toEqual(new Set(ids));
    await finish([holder!, ...resumed, ...byName.dispatches, ...rest]);
  });
});
