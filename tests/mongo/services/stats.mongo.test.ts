import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stats } from '@/lib/domain/stats/schema';
import { openOrTouchSession } from '@/lib/services/sessions/open-session';
import { readStats } from '@/lib/services/stats/read-stats';
import { endToolCall } from '@/lib/services/tool-calls/end-tool-call';
import { startToolCall } from '@/lib/services/tool-calls/start-tool-call';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
const tenantId = 'default';

beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

const stats = async (query = ''): Promise<Stats> => Stats.parse((await api.call('GET', `/api/stats${query}`)).body);
const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1_000);

async function addDispatch(fields: object): Promise<void> {
  const _id = new ObjectId();
  const row = {
    _id,
    tenantId,
    source: { kind: 'message', id: _id },
    epoch: 1,
    attempt: 1,
    agentType: 'qa',
    status: 'done',
  };
  await api.plane.collections.dispatches.insertOne({ ...row, ...fields } as never);
}

describe('stats', () => {
  it('are null where there is no data, never 0', async () => {
    const empty = await stats();
    expect(Object.values(empty.latencyMs)).toEqual(Array(7).fill(null));
    expect(empty).toMatchObject({
      windowSeconds: 900,
      tools: [],
      activeSessions: 0,
      work: { inFlight: 0, waiting: 0 },
    });
    expect(empty.agentTypes).toHaveLength(17);
  });

  it('give percentiles of each hop, of first attempts before the claim and of done ones after', async () => {
    const claimedAt = secondsAgo(60);
    const at = (ms: number) => new Date(claimedAt.getTime() + ms);
    for (let n = 1; n <= 100; n += 1) {
      await addDispatch({
        storedAt: at(-n),
        streamedAt: at(-n + 1),
        claimedAt,
        firstHeartbeatAt: at(5),
        endedAt: at(n * 10),
      });
    }
    await addDispatch({
      attempt: 2,
      storedAt: at(-90_000),
      streamedAt: at(-80_000),
      claimedAt,
      endedAt: at(1),
      status: 'failed',
    });
    await addDispatch({ storedAt: null, streamedAt: null, claimedAt, endedAt: null, status: 'running' });
    await addDispatch({ storedAt: secondsAgo(5_000), claimedAt: secondsAgo(4_000), endedAt: secondsAgo(3_000) });
    const { latencyMs, work, agentTypes } = await stats('?windowSeconds=600');
    expect(latencyMs.storedToClaimed).toEqual({ p50: 50, p95: 95, p99: 99, count: 100 });
    expect(latencyMs.storedToStreamed).toEqual({ p50: 1, p95: 1, p99: 1, count: 100 });
    expect(latencyMs.claimedToStarted?.count).toBe(100);
    expect(latencyMs.claimedToDone).toMatchObject({ count: 100 });
    expect(Math.abs(latencyMs.claimedToDone!.p95 - 950)).toBeLessThan(2);
    expect(work.inFlight).toBe(1);
    expect(agentTypes.find(({ slug }) => slug === 'qa')).toMatchObject({ running: 1, waiting: 0, held: 0 });
    expect((await stats('?windowSeconds=6000')).latencyMs.claimedToDone?.count).toBe(101);
  });

  it('count tools, calls in flight and errors', async () => {
    const session = await openOrTouchSession(api.plane, {
      tenantId,
      key: 'k',
      client: 'c',
      agentType: 'qa',
      dispatchId: null,
      threadId: null,
      createdBy: 't',
    });
    for (const [tool, durationMs, error] of [
      ['ask', 10, null],
      ['ask', 20, 'no'],
      ['reply', 1.5, null],
    ] as const) {
      const id = await startToolCall(api.plane, session, tool);
      await endToolCall(api.plane, { tenantId, id, durationMs, error });
    }
    await startToolCall(api.plane, session, 'wait_for_message');
    const now = await stats();
    expect(now.activeSessions).toBe(1);
    expect(now.toolCalls).toEqual({ total: 4, inFlight: 1, errors: 1 });
    expect(now.tools).toEqual([
      { tool: 'ask', calls: 2, errors: 1, p50: 10, p95: 20, p99: 20 },
      { tool: 'reply', calls: 1, errors: 0, p50: 1.5, p95: 1.5, p99: 1.5 },
      { tool: 'wait_for_message', calls: 1, errors: 0, p50: null, p95: null, p99: null },
    ]);
  });

  it('count waiting, held and dead work by type', async () => {
    for (const assignedTo of ['research', 'research', 'seo']) {
      await api.call('POST', '/api/messages', { body: { body: 'x', assignedTo } });
    }
    await api.call('PATCH', '/api/agent-types/seo', { body: { revision: 1, paused: true } });
    await api.plane.collections.messages.insertOne({
      tenantId,
      status: 'dead',
      assignedTo: 'qa',
      rankAt: new Date(),
    } as never);
    const { work, agentTypes } = await stats();
    expect(work).toMatchObject({ waiting: 3, errors: 1 });
    expect(agentTypes.find(({ slug }) => slug === 'research')).toMatchObject({ waiting: 2, held: 0 });
    expect(agentTypes.find(({ slug }) => slug === 'seo')).toMatchObject({ waiting: 0, held: 1 });
  });

  it('count what is stuck: heard of, and without progress for as long as its type says', async () => {
    const { id, revision } = (await api.call('GET', '/api/agent-types/legal')).body;
    expect(id).toBeDefined();
    await api.call('PATCH', '/api/agent-types/legal', { body: { revision, thresholds: { stuckAfterMs: 60_000 } } });
    const soon = { leaseUntil: new Date(Date.now() + 600_000), status: 'running', endedAt: null };
    const old = { ...soon, storedAt: null, claimedAt: secondsAgo(120), resumedAt: undefined, progress: null };
    const before = (await stats()).work.stuck;
    const ours = { agentType: 'legal' };
    await addDispatch({ ...old, ...ours });
    await addDispatch({ ...old, ...ours, progress: { percent: 1, state: 'x', at: secondsAgo(90) } });
    await addDispatch({ ...old, ...ours, progress: { percent: 1, state: 'x', at: secondsAgo(10) } });
    await addDispatch({ ...old, ...ours, resumedAt: secondsAgo(10) });
    await addDispatch({ ...old, ...ours, claimedAt: secondsAgo(10) });
    await addDispatch({ ...old, ...ours, leaseUntil: secondsAgo(1) });
    await addDispatch({ ...old, ...ours, status: 'waiting' });
    await addDispatch({ ...old, agentType: 'finance' });
    expect((await stats()).work.stuck).toBe(before + 2);
  });

  it('see what was written before they were asked, however close', async () => {
    for (let n = 0; n < 3; n += 1) {
      const before = (await stats()).work.waiting;
      await api.call('POST', '/api/messages', { body: { body: 'x', assignedTo: 'research' } });
      expect((await stats()).work.waiting).toBe(before + 1);
    }
  });

  it('refuse a window that is none, and know no other tenant', async () => {
    for (const value of ['0', '-1', 'x', '100000', '1.5']) {
      expect((await api.call('GET', `/api/stats?windowSeconds=${value}`)).status, value).toBe(422);
    }
    expect((await readStats(api.plane, 'nobody', 900)).toolCalls).toEqual({ total: 0, inFlight: 0, errors: 0 });
  });

  it('of ten thousand rows are read from indexes alone', async () => {
    const plan = await api.plane.collections.dispatches
      .aggregate([
        { $match: { tenantId, claimedAt: { $gte: secondsAgo(900) } } },
        { $sort: { claimedAt: -1 } },
        { $limit: 10_000 },
        { $group: { _id: null, a: { $push: { $subtract: ['$claimedAt', '$storedAt'] } }, b: { $push: '$attempt' } } },
      ])
      .explain('executionStats');
    expect(JSON.stringify(plan)).toContain('"totalDocsExamined":0');
  });
});
