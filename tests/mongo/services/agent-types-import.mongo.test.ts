import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENT_TYPE_SETTINGS } from '@/lib/domain/agent-type/schema';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let viewer: string;

beforeAll(async () => {
  api = await startApiServer();
  viewer = await api.tokenFor('viewer');
});
afterAll(() => api.stop());

const yaml = { 'content-type': 'application/yaml' };
const send = (raw: string, query = '') => api.call('POST', `/api/agent-types/import${query}`, { raw, headers: yaml });
const exported = async () => (await api.call('GET', '/api/agent-types/export')).text;
const get = (slug: string) => api.call('GET', `/api/agent-types/${slug}`);
const rows = () => api.plane.collections.agentTypeRevisions.countDocuments({ tenantId: 'default' });

describe('export', () => {
  it('is one document of slugs and settings, equal each time, that imports as unchanged', async () => {
    const text = await exported();
    expect(await exported()).toBe(text);
    const { agentTypes } = parse(text) as { agentTypes: Record<string, unknown>[] };
    expect(agentTypes).toHaveLength(17);
    for (const type of agentTypes) expect(Object.keys(type)).toEqual(['slug', ...AGENT_TYPE_SETTINGS]);
    const before = await rows();
    const answer = await send(text);
    expect(answer.status, answer.text).toBe(200);
    expect(new Set(answer.body.items.map((item: { result: string }) => item.result))).toEqual(new Set(['unchanged']));
    expect(await rows()).toBe(before);
  });
});

describe('import', () => {
  const document = `agentTypes:
  - slug: lead
    name: Lead
    reportsTo: null
  - slug: hand
    name: Hand
    reportsTo: lead
    systemPrompt: |
      Do it.
      Twice.
  - slug: qa
    concurrency: 9
    thresholds:
      maxAttempts: null
      leaseMs: 5000
`;

  it('says at a dry run what would happen, and changes nothing', async () => {
    const before = await rows();
    const answer = await send(document, '?dryRun=1');
    expect(answer.body.dryRun).toBe(true);
    expect(answer.body.items.map(({ slug, result }: { slug: string; result: string }) => [slug, result])).toEqual([
      ['lead', 'created'],
      ['hand', 'created'],
      ['qa', 'updated'],
    ]);
    expect(answer.body.items[2].changes).toContainEqual({ field: 'thresholds.leaseMs', before: 60_000, after: 5_000 });
    expect((await get('lead')).status).toBe(404);
    expect(await rows()).toBe(before);
  });

  it('takes all of it in: new types with defaults, of known ones what is named, each change a revision', async () => {
    const old = (await get('qa')).body;
    const answer = await send(document);
    expect(answer.status, answer.text).toBe(200);
    expect((await get('hand')).body).toMatchObject({
      systemPrompt: 'Do it.\nTwice.\n',
      reportsTo: 'lead',
      revision: 1,
    });
    expect((await get('qa')).body).toMatchObject({ concurrency: 9, systemPrompt: old.systemPrompt, revision: 2 });
    expect((await send(document)).body.items.map(({ result }: { result: string }) => result)).toEqual(
      Array(3).fill('unchanged'),
    );
  });

  it('writes nothing when one entry is bad, and names it', async () => {
    const before = await rows();
    const bad = `agentTypes:
  - {slug: fine, name: Fine}
  - {slug: human, name: No}
  - {slug: qa, concurrency: 0}
  - {slug: fine, name: Again}
  - {slug: extra, name: X, colour: red}
  - {slug: orphan, name: X, reportsTo: nobody}
  - {slug: lead, reportsTo: hand}
`;
    const answer = await send(bad);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'agentTypes.1.slug',
      'agentTypes.2.concurrency',
      'agentTypes.3.slug',
      'agentTypes.4.colour',
      'agentTypes.5.reportsTo',
      'agentTypes.6.reportsTo',
    ]);
    expect(answer.body.errors.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringMatching(/^got "human", .*reserved/),
      'got 0, wants at least 1',
      "got 'fine' twice, wants each type once",
      'is not a field here',
      "got 'nobody', wants the slug of an agent type that exists, or null",
      expect.stringMatching(/^got 'hand', which makes a circle/),
    ]);
    expect((await get('fine')).status).toBe(404);
    expect(await rows()).toBe(before);
    const dry = await send(bad, '?dryRun=1');
    expect(dry.status).toBe(200);
    expect(dry.body.items.map(({ result }: { result: string }) => result)).toEqual([
      'created',
      ...Array(6).fill('invalid'),
    ]);
  });

  it.each([
    ['a: [', 400],
    ['agentTypes: []\n---\nagentTypes: []', 400],
    ['a: &a [1]\nagentTypes: [*a, *a]', 400],
    ['agentTypes: !!js/function x', 400],
    ['['.repeat(500_000), 400],
    ['? '.repeat(250_000), 400],
    ['- '.repeat(250_000), 400],
    [Array.from({ length: 80_000 }, (_, n) => `k${n}: 1`).join('\n'), 400],
    ['agentTypes: 3', 422],
    ['agentTypes: []\nmore: 1', 422],
    ['', 400],
  ])('refuses %# with %i', async (text, status) => {
    const answer = await send(text);
    expect(answer.status, answer.text).toBe(status);
  });

  it.each([
    ['agentTypes: 3', 'agentTypes', 'got 3, wants a list'],
    ['types: []', 'agentTypes', 'got nothing, wants a list'],
    ['- a', '', 'got a list of 1, wants an object'],
    ['agentTypes: [x]', 'agentTypes.0', 'got "x", wants an object'],
    ['agentTypes: [{name: X}]', 'agentTypes.0.slug', 'got nothing, wants a text'],
    ['agentTypes: [{name: X}, {name: Y}]', 'agentTypes.1.slug', 'got nothing, wants a text'],
    ['agentTypes: [{slug: qa, model: 7}]', 'agentTypes.0.model', expect.stringMatching(/^got 7, wants .+/)],
    [
      'agentTypes: [{slug: qa, thresholds: {leaseMs: soon}}]',
      'agentTypes.0.thresholds.leaseMs',
      'got "soon", wants a number',
    ],
  ])('says of %j at %s what came and what is wanted', async (text, path, message) => {
    const answer = await send(text);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toContainEqual({ path, message });
  });

  it('wants YAML and the right to write', async () => {
    expect((await api.call('POST', '/api/agent-types/import', { body: {} })).status).toBe(415);
    const answer = await api.call('POST', '/api/agent-types/import', { raw: document, headers: yaml, token: viewer });
    expect(answer.status).toBe(403);
  });
});
