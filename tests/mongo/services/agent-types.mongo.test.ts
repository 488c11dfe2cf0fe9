import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let operator: string;
let viewer: string;
let agent: string;
let foreign: string;

beforeAll(async () => {
  api = await startApiServer();
  operator = await api.tokenFor('operator');
  viewer = await api.tokenFor('viewer');
  agent = await api.tokenFor('agent', { agentType: 'research' });
  await api.call('POST', '/api/tenants', { body: { tenantId: 'other', name: 'Other' } });
  foreign = await api.tokenFor('admin', { tenantId: 'other' });
});
afterAll(() => api.stop());

const call = (method: string, path: string, body?: unknown, token = operator) =>
  api.call(method, path, { body, token });
const make = async (slug: string, more: object = {}) => {
  const answer = await call('POST', '/api/agent-types', { slug, name: slug, ...more });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};
const get = async (slug: string) => (await call('GET', `/api/agent-types/${slug}`)).body;
const revisions = async (slug: string) => (await call('GET', `/api/agent-types/${slug}/revisions`)).body.items;
const audit = (action: string) =>
  api.plane.collections.activity.find({ tenantId: 'default', action }).sort({ _id: -1 }).toArray();

describe('seeding', () => {
  it('gives a tenant the 17 types once, each at revision 1', async () => {
    const list = await call('GET', '/api/agent-types?limit=200');
    expect(list.body.items).toHaveLength(17);
    expect(list.body.items[0].slug).toBe('research');
    expect(new Set(list.body.items.map((type: { revision: number }) => type.revision))).toEqual(new Set([1]));
    const [first] = await revisions('qa');
    expect(first.changes.map((change: { field: string }) => change.field)).toContain('thresholds.leaseMs');
  });
});

describe('create', () => {
  it('makes the type with defaults, its first revision and an audit row', async () => {
    const type = await make('analyst', { thresholds: { leaseMs: 5_000, quietAfterMs: 300, stuckAfterMs: 800 } });
    expect(type).toMatchObject({ revision: 1, concurrency: 1, model: 'inherit', reportsTo: null, tenantId: 'default' });
    expect(type.thresholds).toMatchObject({
      leaseMs: 5_000,
      quietAfterMs: 300,
      stuckAfterMs: 800,
      maxAttempts: 5,
      dailyBudgetUsd: null,
    });
    expect(await revisions('analyst')).toMatchObject([{ revision: 1, by: 'test operator' }]);
    const [row] = await audit('agent-type.create');
    expect(row).toMatchObject({ actor: { kind: 'operator', label: 'test operator' }, subject: { id: type.id } });
  });

  it('refuses a slug that is taken, and makes one of two at the same moment', async () => {
    await make('twice');
    expect((await call('POST', '/api/agent-types', { slug: 'twice', name: 'x' })).body.code).toBe('already-exists');
    const both = await Promise.all(
      [1, 2, 3].map(n => call('POST', '/api/agent-types', { slug: 'race', name: `n${n}` })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await revisions('race')).toHaveLength(1);
  });

  it.each([
    [{ slug: 'human', name: 'x' }, 'slug'],
    [{ slug: 'ok', name: 'x', surprise: 1 }, 'surprise'],
    [{ slug: 'ok', name: 'x', thresholds: { leaseMs: 10 } }, 'thresholds.leaseMs'],
    [{ slug: 'ok', name: 'x', reportsTo: 'nobody' }, 'reportsTo'],
    [{ slug: 'ok', name: 'x', reportsTo: 'ok' }, 'reportsTo'],
  ])('refuses %j and names %s', async (body, path) => {
    const answer = await call('POST', '/api/agent-types', body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].path).toBe(path);
    expect((await call('GET', '/api/agent-types/ok')).status).toBe(404);
  });

  it('is refused to a viewer and to an agent', async () => {
    for (const token of [viewer, agent]) {
      expect((await call('POST', '/api/agent-types', { slug: 'no', name: 'no' }, token)).status).toBe(403);
    }
  });

  it('takes a token out of a prompt before it is stored', async () => {
    const secret = `swb_admin_${'a'.repeat(24)}_${'S'.repeat(43)}`;
    await make('leaky', { systemPrompt: `use ${secret}` });
    expect(
      JSON.stringify([await get('leaky'), await revisions('leaky'), await audit('agent-type.create')]),
    ).not.toContain('SSSS');
  });

  it('answers the same record to a repeat under one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const body = { slug: 'once', name: 'Once' };
    const first = await api.call('POST', '/api/agent-types', { body, headers, token: operator });
    const again = await api.call('POST', '/api/agent-types', { body, headers, token: operator });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
  });
});

describe('edit', () => {
  it('merges, counts the revision on, and says each field that changed', async () => {
    await make('edited', { concurrency: 2, thresholds: { leaseMs: 5_000, maxAttempts: 2 } });
    const answer = await call('PATCH', '/api/agent-types/edited', {
      revision: 1,
      concurrency: 7,
      thresholds: { leaseMs: null },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ revision: 2, concurrency: 7, thresholds: { leaseMs: 60_000, maxAttempts: 2 } });
    expect(await get('edited')).toEqual(answer.body);
    const [newest] = await revisions('edited');
    expect(newest).toMatchObject({ revision: 2, by: 'test operator' });
    expect(newest.changes).toEqual([
      { field: 'concurrency', before: 2, after: 7 },
      { field: 'thresholds.leaseMs', before: 5_000, after: 60_000 },
    ]);
    expect((await audit('agent-type.update'))[0]).toMatchObject({ changes: newest.changes });
  });

  it('refuses a stale revision with the current one and changes nothing', async () => {
    await make('stale');
    await call('PATCH', '/api/agent-types/stale', { revision: 1, paused: true });
    const late = await call('PATCH', '/api/agent-types/stale', { revision: 1, concurrency: 9 });
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({ code: 'revision-conflict', currentRevision: 2 });
    expect(await get('stale')).toMatchObject({ concurrency: 1, revision: 2 });
  });

  it('lets one of many edits from one revision through', async () => {
    await make('contended');
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        call('PATCH', '/api/agent-types/contended', { revision: 1, concurrency: n + 2 }),
      ),
    );
    expect(answers.map(({ status }) => status).filter(status => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body.code)).toEqual(
      Array(11).fill('revision-conflict'),
    );
    expect(await revisions('contended')).toHaveLength(2);
    expect((await get('contended')).revision).toBe(2);
  });

  it('makes no revision where nothing changes', async () => {
    await make('same');
    const answer = await call('PATCH', '/api/agent-types/same', { revision: 1, name: 'same' });
    expect([answer.status, answer.body.revision]).toEqual([200, 1]);
    expect(await revisions('same')).toHaveLength(1);
  });

  it('refuses a circle of who leads whom, also when two edits would close it together', async () => {
    await make('boss');
    await make('middle', { reportsTo: 'boss' });
    await make('worker', { reportsTo: 'middle' });
    const circle = await call('PATCH', '/api/agent-types/boss', { revision: 1, reportsTo: 'worker' });
    expect(circle.status).toBe(422);
    expect(circle.body.errors[0]).toMatchObject({ path: 'reportsTo' });
    await make('left');
    await make('right');
    const both = await Promise.all([
      call('PATCH', '/api/agent-types/left', { revision: 1, reportsTo: 'right' }),
      call('PATCH', '/api/agent-types/right', { revision: 1, reportsTo: 'left' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  it('is not there for another tenant', async () => {
    await make('ours');
    for (const [method, path, body] of [
      ['GET', '/api/agent-types/ours', undefined],
      ['PATCH', '/api/agent-types/ours', { revision: 1, paused: true }],
      ['DELETE', '/api/agent-types/ours', undefined],
      ['GET', '/api/agent-types/ours/revisions', undefined],
      ['POST', '/api/agent-types/ours/rollback', { revision: 1 }],
      ['POST', '/api/agent-types/ours/preview', {}],
    ] as const) {
      expect((await call(method, path, body, foreign)).status, `${method} ${path}`).toBe(404);
    }
    expect((await get('ours')).revision).toBe(1);
  });
});

describe('roll-back', () => {
  it('brings earlier settings back as a new revision', async () => {
    await make('rolled', { systemPrompt: 'one' });
    await call('PATCH', '/api/agent-types/rolled', { revision: 1, systemPrompt: 'two', concurrency: 4 });
    const answer = await call('POST', '/api/agent-types/rolled/rollback', { revision: 1 });
    expect(answer.body).toMatchObject({ revision: 3, systemPrompt: 'one', concurrency: 1 });
    expect((await revisions('rolled')).map(({ revision }: { revision: number }) => revision)).toEqual([3, 2, 1]);
    expect((await audit('agent-type.rollback'))[0]?.changes).toContainEqual({
      field: 'systemPrompt',
      before: 'two',
      after: 'one',
    });
  });

  it('refuses an unknown revision, and a type that moved on', async () => {
    await make('kept');
    expect((await call('POST', '/api/agent-types/kept/rollback', { revision: 9 })).status).toBe(422);
    const moved = await call('POST', '/api/agent-types/kept/rollback', { revision: 1, currentRevision: 5 });
    expect(moved.body).toMatchObject({ code: 'revision-conflict', currentRevision: 1 });
    expect((await call('POST', '/api/agent-types/kept/rollback', { revision: 1 }, viewer)).status).toBe(403);
  });

  it('pages through revisions, newest first', async () => {
    await make('paged');
    for (let revision = 1; revision < 5; revision += 1) {
      await call('PATCH', '/api/agent-types/paged', { revision, concurrency: revision + 1 });
    }
    const first = (await call('GET', '/api/agent-types/paged/revisions?limit=2')).body;
    const second = (await call('GET', `/api/agent-types/paged/revisions?limit=2&cursor=${first.nextCursor}`)).body;
    const third = (await call('GET', `/api/agent-types/paged/revisions?limit=2&cursor=${second.nextCursor}`)).body;
    expect([first, second, third].flatMap(page => page.items.map((row: { revision: number }) => row.revision))).toEqual(
      [5, 4, 3, 2, 1],
    );
    expect(third.nextCursor).toBeNull();
    expect((await call('GET', '/api/agent-types/paged/revisions?cursor=nonsense')).status).toBe(422);
  });
});

describe('delete', () => {
  it('takes the type away, keeps its revisions, frees its followers and its slug', async () => {
    await make('leader');
    await make('follower', { reportsTo: 'leader' });
    expect((await call('DELETE', '/api/agent-types/leader')).status).toBe(204);
    expect((await call('GET', '/api/agent-types/leader')).status).toBe(404);
    expect((await call('DELETE', '/api/agent-types/leader')).status).toBe(404);
    expect(await get('follower')).toMatchObject({ reportsTo: null, revision: 2 });
    const row = await api.plane.collections.agentTypes.findOne({ tenantId: 'default', slug: 'leader' });
    expect(row?.deletedAt).toBeInstanceOf(Date);
    expect((await audit('agent-type.delete'))[0]?.subject.kind).toBe('agent-type');
    const again = await make('leader');
    expect(again.revision).toBe(2);
    expect(again.id).not.toBe(String(row?._id));
    expect(await api.plane.collections.agentTypes.countDocuments({ tenantId: 'default', slug: 'leader' })).toBe(1);
  });

  it('is refused to a viewer', async () => {
    expect((await call('DELETE', '/api/agent-types/research', undefined, viewer)).status).toBe(403);
  });
});

describe('list', () => {
  it('filters and pages', async () => {
    const paused = await call('GET', '/api/agent-types?paused=true&limit=200');
    expect(paused.body.items.map(({ slug }: { slug: string }) => slug)).toEqual(['stale']);
    const found = await call('GET', '/api/agent-types?q=COPYWRIT');
    expect(found.body.items.map(({ slug }: { slug: string }) => slug)).toContain('copywriting');
    const slugs: string[] = [];
    for (let cursor = ''; ;) {
      const page = (await call('GET', `/api/agent-types?limit=7${cursor}`)).body;
      slugs.push(...page.items.map(({ slug }: { slug: string }) => slug));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(new Set(slugs).size).toBe(slugs.length);
    expect((await call('GET', '/api/agent-types?paused=maybe')).status).toBe(422);
  });
});

describe('preview', () => {
  it('shows the prompt of a claim with stand-ins for what opens doors', async () => {
    const posted = await call('POST', '/api/messages', {
      body: 'Count the words',
      assignedTo: 'research',
      subject: 'Counting',
    });
    const answer = await call('POST', '/api/agent-types/research/preview', { threadId: posted.body.threadId });
    expect(answer.body).toMatchObject({ slug: 'research', revision: 1, messageId: posted.body.id });
    expect(answer.body.prompt).toContain('Count the words');
    expect(answer.body.prompt).toContain('# Research');
    expect(answer.body.prompt).not.toMatch(/dk_[0-9a-f]{24}/);
    expect((await call('POST', '/api/agent-types/research/preview', {})).body.messageId).toBeNull();
    expect((await call('POST', '/api/agent-types/research/preview', { threadId: 'f'.repeat(24) })).status).toBe(404);
    expect((await call('POST', '/api/agent-types/research/preview', {}, agent)).status).toBe(403);
  });
});
