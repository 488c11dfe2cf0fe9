import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcileAllHolds } from '@/lib/services/agent-types/reconcile-all-holds';
import { systemContext } from '@/lib/services/context';
import type { StartCandidate } from '@/lib/services/dispatches/due/candidate';
import { findCandidates } from '@/lib/services/dispatches/claim/find-candidates';
import { SlotPool } from '@/lib/services/dispatches/due/slot-pool';
import { startCandidate } from '@/lib/services/dispatches/start/start-candidate';
import { startTogether } from '@/lib/services/dispatches/start/start-together';
import { makeActor } from '@/tests/support/actors';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { sweepDispatches } from '@/lib/services/dispatches/sweep';
import { postMessage } from '@/lib/services/messages/create-message';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let orchestrator: string;
let slug: string;
let count = 0;

beforeAll(async () => {
  api = await startApiServer();
  orchestrator = await api.tokenFor('orchestrator');
});
afterAll(() => api.stop());
beforeEach(async () => {
  count += 1;
  slug = `spender-${count}`;
  await call('POST', '/api/agent-types', { slug, name: slug, concurrency: 2, thresholds: { dailyBudgetUsd: 1 } });
});

const call = (method: string, path: string, body?: unknown, token = api.plane.adminToken) =>
  api.call(method, path, { body, token });
const type = async () => (await call('GET', `/api/agent-types/${slug}`)).body;
const edit = async (patch: object) => {
  const answer = await call('PATCH', `/api/agent-types/${slug}`, { revision: (await type()).revision, ...patch });
  expect(answer.status, answer.text).toBe(200);
};
const budget = (dailyBudgetUsd: number | null) => edit({ thresholds: { dailyBudgetUsd } });
const post = async (more: object = {}): Promise<string> =>
  (await call('POST', '/api/messages', { body: 'work', assignedTo: slug, ...more })).body.id;
const message = async (id: string) => (await call('GET', `/api/messages/${id}`)).body;
const claim = async (more: object = {}) =>
  (await call('POST', '/api/dispatches/claim', { consumer: 'c', agentTypes: [slug], ...more }, orchestrator)).body;
const verb = (name: string, { id, epoch }: { id: string; epoch: number }, body: object = {}) =>
  call('POST', `/api/dispatches/${id}/${name}`, { epoch, ...body }, orchestrator);
const complete = (dispatch: { id: string; epoch: number }, costUsd?: number, output = 'x') =>
  verb('complete', dispatch, { output, ...(costUsd === undefined ? {} : { usage: { inputTokens: 10, costUsd } }) });
const spend = async (costUsd?: number) => {
  await post();
  const [dispatch] = (await claim()).dispatches;
  expect((await complete(dispatch, costUsd)).status).toBe(200);
  return dispatch;
};
const audit = (action: string) =>
  api.plane.collections.activity
    .find({ action })
    .toArray()
    .then(async rows => {
      const { id } = await type();
      return rows.filter(({ subject }) => subject.id === id);
    });
const usageOf = async (id: string) => (await call('GET', `/api/dispatches/${id}`)).body.usage;
const statusOf = async (id: string) => (await call('GET', `/api/dispatches/${id}`)).body.status;
const spent = async () => (await type()).budget.spentTodayUsd;
const HELD = () => ({ status: 'held', reason: expect.stringContaining('daily budget of 1 USD') });

describe('a daily budget', () => {
  it('holds all work of its type once it is spent, by every door, and says why', async () => {
    const waits = await post();
    const [running] = (await claim()).dispatches;
    const [queued, task] = [
      await post({ priority: 'urgent' }),
      (await call('POST', '/api/tasks', { title: 't', assignedTo: slug })).body.id,
    ];
    await complete(running, 1);
    expect(await message(waits)).toMatchObject({ status: 'done' });
    expect(await message(queued)).toMatchObject(HELD());
    expect((await call('GET', `/api/tasks/${task}`)).body).toMatchObject(HELD());
    expect(await message(await post())).toMatchObject(HELD());
    const { insertedId } = await api.plane.collections.messages.insertOne({ assignedTo: slug, body: 'raw' } as never);
    expect(await claim({ source: { kind: 'message', id: String(insertedId) } })).toMatchObject({ reason: 'held' });
    expect(await message(String(insertedId))).toMatchObject(HELD());
    expect(await claim({ max: 10 })).toEqual({ dispatches: [], reason: 'held' });
    expect(await type()).toMatchObject({ budget: { state: 'reached', dailyUsd: 1, spentTodayUsd: 1 } });
    expect(await audit('agent-type.budget-reached')).toMatchObject([
      { actor: { kind: 'system' }, changes: [{ field: 'spentTodayUsd', after: 1 }] },
    ]);
  });

  it('lets work go on when it is raised or taken away', async () => {
    await spend(1.5);
    const id = await post();
    await budget(2);
    expect(await message(id)).toMatchObject({ status: 'queued', reason: null });
    expect(await type()).toMatchObject({ budget: { state: 'enforced', spentTodayUsd: 1.5 } });
    const [dispatch] = (await claim()).dispatches;
    await complete(dispatch, 0.5);
    expect(await message(await post())).toMatchObject({ status: 'held' });
    expect(await audit('agent-type.budget-reached')).toHaveLength(2);
    await budget(null);
    expect((await claim()).dispatches).toHaveLength(1);
    expect((await type()).budget).toBeNull();
  });

  it('set in the middle of a day counts what was spent before it', async () => {
    await budget(null);
    await spend(0.7);
    await spend(0.4);
    const id = await post();
    await budget(1);
    expect(await message(id)).toMatchObject(HELD());
    expect(await claim()).toMatchObject({ reason: 'held' });
  });

  it('is new at the next UTC day of the database, and that is told once', async () => {
    await spend(3);
    const id = await post();
    const yesterday = new Date(Date.now() - 86_400_000);
    yesterday.setUTCHours(0, 0, 0, 0);
    const { spend: rows, spendDays } = api.plane.collections;
    await rows.updateMany({ agentType: slug }, { $set: { day: yesterday } });
    await spendDays.updateMany({ agentType: slug }, { $set: { day: yesterday } });
    await Promise.all([reconcileAllHolds(api.plane), reconcileAllHolds(api.plane)]);
    expect(await message(id)).toMatchObject({ status: 'queued', reason: null });
    expect((await claim()).dispatches).toHaveLength(1);
    expect(await audit('agent-type.budget-renewed')).toHaveLength(1);
    expect(await type()).toMatchObject({ budget: { state: 'unenforced', spentTodayUsd: null } });
  });

  it('shows unenforced while no dispatch tells what it cost, and holds nothing', async () => {
    expect(await type()).toMatchObject({ budget: { state: 'unenforced', dailyUsd: 1, spentTodayUsd: null } });
    await spend();
    expect(await type()).toMatchObject({ budget: { state: 'unenforced', spentTodayUsd: null } });
    await spend(0);
    expect(await type()).toMatchObject({ budget: { state: 'enforced', spentTodayUsd: 0 } });
    const { items } = (await call('GET', '/api/agent-types?limit=200')).body;
    expect(items.find((item: { slug: string }) => item.slug === slug).budget.state).toBe('enforced');
    expect(items.find((item: { slug: string }) => item.slug === 'research').budget).toBeNull();
  });

  it('adds dimes up to a dollar exactly, however many come at once', async () => {
    await edit({ concurrency: 50 });
    await Promise.all(Array.from({ length: 11 }, () => post()));
    const { dispatches } = await claim({ max: 10 });
    await Promise.all(dispatches.slice(0, 9).map((dispatch: { id: string; epoch: number }) => complete(dispatch, 0.1)));
    expect(await type()).toMatchObject({ budget: { state: 'enforced', spentTodayUsd: 0.9 } });
    await complete(dispatches[9], 0.1);
    expect(await type()).toMatchObject({ budget: { state: 'reached', spentTodayUsd: 1 } });
    expect(await claim()).toMatchObject({ reason: 'held' });
    expect(await audit('agent-type.budget-reached')).toHaveLength(1);
  });

  it('is passed by no more than what runs, with many claimers', async () => {
    const [concurrency, costUsd] = [3, 0.1];
    await edit({ concurrency });
    await Promise.all(Array.from({ length: 30 }, () => post()));
    let started = 0;
    const worker = async (): Promise<void> => {
      for (;;) {
        const { dispatches, reason } = await claim({ max: 2, waitMs: 1_000 });
        started += dispatches.length;
        if (reason === 'held') return;
        await Promise.all(dispatches.map((dispatch: { id: string; epoch: number }) => complete(dispatch, costUsd)));
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const enough = 1 / costUsd;
    expect(started).toBeGreaterThanOrEqual(enough);
    expect(started).toBeLessThanOrEqual(enough + concurrency);
    const left = await api.plane.collections.messages.countDocuments({ assignedTo: slug, status: 'held' });
    expect(left).toBe(30 - started);
  });

  it('used up between a claimer’s look and its slot starts nothing, alone or together', async () => {
    const ctx = makeActor(api.plane, 'orchestrator');
    await edit({ concurrency: 10 });
    await Promise.all([1, 2, 3, 4].map(() => post()));
    const request = { consumer: 'late', max: 10, agentTypes: [slug], waitMs: 0 };
    const [running] = (await claim()).dispatches;
    const { candidates } = await findCandidates(ctx, request, Promise.resolve(false));
    expect(candidates).toHaveLength(3);
    await complete(running, 1);
    const slots = new SlotPool(api.plane);
    const [alone, ...together] = candidates as StartCandidate[];
    expect(await startCandidate(ctx, request, alone!, slots)).toEqual({ reason: 'held' });
    const starts = together.map(candidate => ({ ctx, claim: request, candidate, slots }));
    expect(await startTogether(api.plane, starts)).toEqual([{ reason: 'held' }, { reason: 'held' }]);
    expect(await api.plane.collections.dispatches.countDocuments({ agentType: slug })).toBe(1);
    expect(await api.plane.collections.messages.countDocuments({ assignedTo: slug, status: 'held' })).toBe(3);
  });

  it('used up between a claimer’s look and its slot resumes nothing, which goes on when there is money', async () => {
    const ctx = makeActor(api.plane, 'orchestrator');
    const id = await post();
    const [asking] = (await claim()).dispatches;
    const read = () => api.plane.collections.dispatches.findOne({ _id: new ObjectId(asking.id as string) });
    await askQuestion(api.plane, (await read())!, { question: 'may I?' });
    await post();
    const [running] = (await claim()).dispatches;
    await postMessage(systemContext(api.plane, 'default'), (await message(id)).threadId, { body: 'you may' });
    const before = await read();
    const request = { consumer: 'late', max: 10, agentTypes: [slug], waitMs: 0 };
    const { candidates } = await findCandidates(ctx, request, Promise.resolve(false));
    expect(candidates).toMatchObject([{ mode: 'resume' }]);
    await complete(running, 1);
    expect(await startCandidate(ctx, request, candidates[0]!, new SlotPool(api.plane))).toEqual({ reason: 'held' });
    expect(await read()).toEqual({ ...before, updatedAt: expect.any(Date) });
    expect(await claim()).toMatchObject({ reason: 'held' });
    await budget(2);
    expect((await claim()).dispatches).toMatchObject([{ id: asking.id, mode: 'resume', epoch: 2 }]);
  });

  it('holds a retry that its own failure could not pay for', async () => {
    const id = await post();
    const [dispatch] = (await claim()).dispatches;
    await verb('fail', dispatch, { error: 'boom', retryable: true, usage: { costUsd: 2 } });
    expect(await message(id)).toMatchObject(HELD());
  });
});

describe('usage of a dispatch', () => {
  it('is the sum of its turns, each counted once, over a question and its answer', async () => {
    await budget(100);
    const id = await post();
    const [first] = (await claim()).dispatches;
    const row = (await api.plane.collections.dispatches.findOne({ _id: new ObjectId(first.id as string) }))!;
    await askQuestion(api.plane, row, { question: 'may I?' });
    // The session ends its turn and says what it cost, though the dispatch only waits.
    expect((await complete(first, 0.3)).body.code).toBe('waiting');
    expect((await complete(first, 0.3)).body.code).toBe('waiting');
    expect(await usageOf(first.id)).toEqual({ inputTokens: 10, costUsd: 0.3 });
    const { threadId } = await message(id);
    await postMessage(systemContext(api.plane, 'default'), threadId, { body: 'you may' });
    const [second] = (await claim()).dispatches;
    expect(second).toMatchObject({ id: first.id, mode: 'resume', epoch: 2 });
    await complete(second, 0.6);
    await complete(second, 0.6);
    await complete(first, 0.3);
    expect(await usageOf(first.id)).toEqual({ inputTokens: 20, costUsd: 0.9 });
    expect(await spent()).toBe(0.9);
  });

  it('comes from the session when the agent had ended it without a figure', async () => {
    await post();
    const [dispatch] = (await claim()).dispatches;
    await verb('complete', dispatch, { output: 'mine', usage: { outputTokens: 7, inputTokens: 9 } });
    const again = await complete(dispatch, 0.25, 'other');
    expect(again).toMatchObject({ status: 200, body: { status: 'done' } });
    const record = (await call('GET', `/api/dispatches/${dispatch.id}`)).body;
    expect(record).toMatchObject({
      output: 'mine',
      usage: { inputTokens: 9, outputTokens: 7, costUsd: 0.25 },
    });
    await complete(dispatch, 0.25);
    expect(await spent()).toBe(0.25);
  });

  it('counts for a turn whose output came too late, and none for an epoch that never was', async () => {
    await edit({ thresholds: { leaseMs: 1_000 } });
    await post();
    const [dispatch] = (await claim()).dispatches;
    await expect
      .poll(() => sweepDispatches(api.plane).then(() => statusOf(dispatch.id)), { timeout: 5_000 })
      .toBe('lapsed');
    expect((await complete(dispatch, 0.4)).body.code).toBe('stale-epoch');
    expect((await complete({ ...dispatch, epoch: 7 }, 0.4)).body.code).toBe('stale-epoch');
    expect(await usageOf(dispatch.id)).toEqual({ inputTokens: 10, costUsd: 0.4 });
    expect(await spent()).toBe(0.4);
  });

  it('that a crash kept from the day is counted by the sweep, once', async () => {
    const dispatch = await spend(0.5);
    const _id = new ObjectId(dispatch.id as string);
    const { spend: rows, spendDays, dispatches } = api.plane.collections;
    await Promise.all([rows.deleteMany({ agentType: slug }), spendDays.deleteMany({ agentType: slug })]);
    await dispatches.updateOne({ _id }, { $set: { settled: false, updatedAt: new Date(0) } });
    await sweepDispatches(api.plane);
    expect(await spent()).toBe(0.5);
    await dispatches.updateOne({ _id }, { $set: { settled: false, updatedAt: new Date(0) } });
    await sweepDispatches(api.plane);
    expect(await spent()).toBe(0.5);
  });
});
