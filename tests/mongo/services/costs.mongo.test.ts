import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CostItem, Costs } from '@/lib/domain/costs/schema';
import type { Usage } from '@/lib/domain/fields';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

const DAY = 86_400_000;
let api: ApiServer;
let tenantId: string;
let admin: string;
let orchestrator: string;
let count = 0;

beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());
beforeEach(async () => {
  count += 1;
  tenantId = `costs-${count}`;
  await api.call('POST', '/api/tenants', { body: { tenantId, name: tenantId } });
  admin = await api.tokenFor('admin', { tenantId });
  orchestrator = await api.tokenFor('orchestrator', { tenantId });
});

const call = (method: string, path: string, body?: unknown, token = admin) => api.call(method, path, { body, token });
const made = async (path: string, body: unknown) => {
  const answer = await call('POST', path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};
const costs = async (query: Record<string, string> = {}): Promise<Costs> => {
  const answer = await call('GET', `/api/costs?${new URLSearchParams(query)}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
const dispatches = () => api.plane.collections.dispatches;

/** Work done to its end; `fields` are then written over its dispatch. */
async function work(
  usage: Usage | undefined,
  { assignedTo = 'research', projectId = null as string | null, fields = {} } = {},
) {
  const message = await made('/api/messages', { body: 'work', assignedTo, ...(projectId ? { projectId } : {}) });
  const source = { kind: 'message', id: message.id };
  const { body } = await call('POST', '/api/dispatches/claim', { consumer: 'c', source }, orchestrator);
  const { id, epoch } = body.dispatches[0];
  const done = { epoch, output: 'x', ...(usage ? { usage } : {}) };
  expect((await call('POST', `/api/dispatches/${id}/complete`, done, orchestrator)).status).toBe(200);
  if (Object.keys(fields).length > 0)
    await dispatches().updateOne({ _id: new ObjectId(id as string) }, { $set: fields });
  return id as string;
}
const endedAt = (text: string) => ({ fields: { endedAt: new Date(text) } });
const statusOf = async (query: Record<string, string>, token = admin) =>
  (await call('GET', `/api/costs?${new URLSearchParams(query)}`, undefined, token)).status;
const byKey = ({ items }: Costs): Record<string, CostItem> =>
  Object.fromEntries(items.map(item => [item.key ?? 'none', item]));

const refused = async (method: string, path: string, body?: unknown, token = admin) => {
  const answer = await call(method, path, body, token);
  return [answer.status, answer.body.errors?.map((error: { path: string }) => error.path)];
};

describe('a time in a year that has not four digits', () => {
  const LATE = '9999-12-31T23:30:00-01:00';
  const EARLY = '0000-01-01T00:30:00+01:00';

  it('is neither taken nor told by the costs', async () => {
    for (const [query, field] of [
      ['to=9999-12-31', 'to'],
      ['from=9999-12-01&to=9999-12-31', 'to'],
      [`to=${encodeURIComponent(LATE)}`, 'to'],
      [`from=${encodeURIComponent(EARLY)}&to=0000-01-02`, 'from'],
    ])
      expect(await refused('GET', `/api/costs?${query}`), query).toEqual([422, [field]]);
    expect(await costs({ to: '9999-12-30' })).toMatchObject({ to: '9999-12-31T00:00:00.000Z' });
    expect(await costs({ to: '9999-12-31T23:59:59Z' })).toMatchObject({ to: '9999-12-31T23:59:59.000Z' });
    expect(await costs({ to: '0000-01-02' })).toMatchObject({ from: '0000-01-01T00:00:00.000Z' });
  });

  it('is taken by nothing else', async () => {
    for (const time of [LATE, EARLY]) {
      const token = { role: 'viewer', label: 'late', expiresAt: time };
      expect(await refused('POST', '/api/tokens', token)).toEqual([422, ['expiresAt']]);
      const failed = { epoch: 1, error: 'x', retryable: true, retryNotBefore: time };
      const path = `/api/dispatches/${new ObjectId().toHexString()}/fail`;
      expect(await refused('POST', path, failed, orchestrator)).toEqual([422, ['retryNotBefore']]);
      const question = { kind: 'question', taskId: new ObjectId().toHexString(), question: 'so?', deadline: time };
      expect(await refused('POST', '/api/reports', question)).toEqual([422, ['deadline']]);
    }
  });
});

describe('costs', () => {
  it('are sums by agent type, the dearest first, and say how many told nothing', async () => {
    await work({ inputTokens: 100, outputTokens: 20, costUsd: 0.1 });
    await work({ inputTokens: 50, costUsd: 0.2 });
    await work(undefined);
    await work({ outputTokens: 5 }, { assignedTo: 'qa' });
    await work({ costUsd: 2 }, { assignedTo: 'seo' });
    expect(await costs()).toMatchObject({
      by: 'agentType',
      omitted: 0,
      items: [
        { key: 'seo', label: 'SEO', dispatches: 1, withoutCost: 0, inputTokens: null, outputTokens: null, costUsd: 2 },
        { key: 'research', dispatches: 3, withoutCost: 1, inputTokens: 150, outputTokens: 20, costUsd: 0.3 },
        { key: 'qa', dispatches: 1, withoutCost: 1, inputTokens: null, outputTokens: 5, costUsd: null },
      ],
      totals: { dispatches: 5, withoutCost: 2, inputTokens: 150, outputTokens: 25, costUsd: 2.3 },
    });
  });

  it('are null and empty where nothing ended, never 0', async () => {
    const { items, totals } = await costs({ by: 'client' });
    expect([items, totals]).toEqual([
      [],
      { dispatches: 0, withoutCost: 0, inputTokens: null, outputTokens: null, costUsd: null },
    ]);
  });

  it('follow the tree as it is now by client, brand and project', async () => {
    const client = await made('/api/projects', { kind: 'client', slug: 'northwind', name: 'Northwind' });
    const other = await made('/api/projects', { kind: 'client', slug: 'other', name: 'Other' });
    const brand = await made('/api/projects', { kind: 'brand', slug: 'tea', name: 'Tea', parentId: client.id });
    const project = await made('/api/projects', {
      kind: 'project',
      slug: 'launch',
      name: 'Launch',
      parentId: brand.id,
    });
    await work({ costUsd: 1 }, { projectId: project.id });
    await work({ costUsd: 2 }, { projectId: brand.id });
    await work({ costUsd: 4 }, { projectId: client.id });
    await work({ costUsd: 8 });
    expect(byKey(await costs({ by: 'client' }))).toMatchObject({
      [client.id]: { label: 'Northwind', dispatches: 3, costUsd: 7 },
      none: { label: 'no client', costUsd: 8 },
    });
    expect(byKey(await costs({ by: 'brand' }))).toMatchObject({
      [brand.id]: { label: 'Tea', costUsd: 3 },
      none: { label: 'no brand', costUsd: 12 },
    });
    expect(byKey(await costs({ by: 'project' }))).toMatchObject({
      [project.id]: { label: 'Launch', costUsd: 1 },
      none: { costUsd: 14 },
    });
    await call('PATCH', `/api/projects/${brand.id}`, { parentId: other.id });
    await api.plane.projects.refresh();
    expect(byKey(await costs({ by: 'client' }))).toMatchObject({
      [client.id]: { costUsd: 4 },
      [other.id]: { label: 'Other', costUsd: 3 },
    });
  });

  it('of a run are those of its tasks, under what it was opened for', async () => {
    const runId = new ObjectId();
    await api.database.db
      .collection('runs')
      .insertOne({ _id: runId, tenantId, intent: 'launch the tea', status: 'running' });
    const task = await made('/api/tasks', { title: 't', assignedTo: 'research' });
    await api.plane.collections.tasks.updateOne({ _id: new ObjectId(task.id as string) }, { $set: { runId } });
    const source = { kind: 'task', id: task.id };
    const { body } = await call('POST', '/api/dispatches/claim', { consumer: 'c', source }, orchestrator);
    const { id, epoch } = body.dispatches[0];
    expect((await call('GET', `/api/dispatches/${id}`)).body.runId).toBe(runId.toHexString());
    await call(
      'POST',
      '/api/dispatches/complete',
      { items: [{ id, epoch, output: 'x', usage: { costUsd: 3 } }] },
      orchestrator,
    );
    await work({ costUsd: 1 });
    expect(byKey(await costs({ by: 'run' }))).toMatchObject({
      [runId.toHexString()]: { label: 'launch the tea', dispatches: 1, costUsd: 3 },
      none: { label: 'no run', costUsd: 1 },
    });
  });

  it('count by when a dispatch ended: a date is its whole UTC day, a time is exact', async () => {
    await work({ costUsd: 1 }, endedAt('2026-03-01T00:00:00.000Z'));
    await work({ costUsd: 2 }, endedAt('2026-03-01T23:59:59.999Z'));
    await work({ costUsd: 4 }, endedAt('2026-03-02T00:00:00.000Z'));
    const total = async (from: string, to: string) => (await costs({ from, to })).totals.costUsd;
    expect(await total('2026-03-01', '2026-03-01')).toBe(3);
    expect(await total('2026-03-01', '2026-03-02')).toBe(7);
    expect(await total('2026-03-01T12:00:00Z', '2026-03-02')).toBe(6);
    expect(await total('2026-03-01T00:00:00+01:00', '2026-03-02T00:00:00.001Z')).toBe(7);
    expect(await total('2026-02-27', '2026-02-28')).toBeNull();
    const today = await costs();
    expect(today.totals.dispatches).toBe(0);
    expect(Date.parse(today.to) - Date.parse(today.from)).toBe(30 * DAY);
    expect(Date.parse(today.to) % DAY).toBe(0);
    await work({ costUsd: 8 });
    expect((await costs()).totals.costUsd).toBe(8);
  });

  it('refuse what is no range, and who may not ask', async () => {
    expect(await statusOf({ by: 'colour' })).toBe(422);
    expect(await statusOf({ from: 'yesterday' })).toBe(422);
    expect(await statusOf({ from: '2026-03-02', to: '2026-03-01' })).toBe(422);
    expect(await statusOf({ from: '2020-01-01', to: '2026-03-01' })).toBe(422);
    expect(await statusOf({ since: '2026-03-02' })).toBe(422);
    expect(await statusOf({}, await api.tokenFor('viewer', { tenantId }))).toBe(200);
    expect(await statusOf({}, await api.tokenFor('agent', { tenantId, agentType: 'qa' }))).toBe(403);
  });

  it('show at most two hundred rows, and count the others in the totals', async () => {
    const id = await work({ costUsd: 1 });
    const row = (await dispatches().findOne({ _id: new ObjectId(id) }))!;
    await dispatches().insertMany(
      Array.from({ length: 250 }, (_, n) => ({
        ...row,
        _id: new ObjectId(),
        agentType: `type-${n}`,
        source: { kind: 'message' as const, id: new ObjectId() },
        usage: { costUsd: n },
      })),
    );
    const { items, omitted, totals } = await costs();
    expect([items.length, omitted, items[0]!.key]).toEqual([200, 51, 'type-249']);
    expect(totals).toMatchObject({ dispatches: 251, costUsd: (249 * 250) / 2 + 1 });
  });

  it('are read from the index alone', async () => {
    await work({ costUsd: 1 });
    const { db } = api.database;
    await db.command({ profile: 2 });
    for (const by of ['client', 'agentType', 'run']) await costs({ by });
    await db.command({ profile: 0 });
    const seen = await db.collection('system.profile').find({ 'command.aggregate': 'dispatches' }).toArray();
    expect(seen.length).toBe(6);
    for (const { docsExamined, planSummary } of seen) {
      expect([docsExamined, String(planSummary).slice(0, 6)]).toEqual([0, 'IXSCAN']);
    }
  });
});
