import type { Document } from 'mongodb';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COLLECTION_NAMES, type Collections } from '@/lib/store/collections';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';
import { makeWorld, type World } from '@/tests/support/isolation/world';
import { copyRows } from '@/tests/support/list-rows';

/** Rows of ours that a filter is not about; a list that reads them all to find the others has no index for it. */
const NOISE = 150;

let api: ApiServer;
let world: World;
/** A client, its brand and that one's project. */
let nodes: ObjectId[];

beforeAll(async () => {
  api = await startApiServer();
  world = await makeWorld(api, 'default');
  nodes = [];
  for (const kind of ['client', 'brand', 'project']) {
    const parentId = nodes.at(-1)?.toHexString() ?? null;
    const body = { kind, slug: `tree-${kind}`, name: kind, parentId };
    nodes.push(new ObjectId((await api.call('POST', '/api/projects', { body })).body.id as string));
  }
  const filled = new Set(Object.values(LISTS).map(({ from }) => from));
  for (const from of filled)
    await copyRows(
      api,
      { from },
      Array.from({ length: NOISE }, () => ({})),
    );
});
afterAll(() => api.stop());

interface List {
  from: keyof Collections;
  /** Fields without which a row is as a driver left it, and shown nowhere. */
  raw?: string[];
  /** Never many in a tenant, or in the thread: all of them may be looked at. */
  isSmall?: true;
  /** By parameter: its value, and what three rows that match have. */
  filters: Record<string, () => { value: string; rows: Document[] }>;
}
const ofId = (field: string) => () => {
  const id = new ObjectId();
  return { value: String(id), rows: [0, 1, 2].map(() => ({ [field]: id })) };
};
const WORD = 'xylophone';
const underNode = () => ({ value: String(nodes[0]), rows: nodes.map(projectId => ({ projectId })) });
const all = (value: string, row: Document) => () => ({ value, rows: [row, row, row] });
/** Somewhere in each of these fields, whoever wrote it. */
const words = (...fields: string[]) => inText(field => `Is a ${WORD} ${field}?`, fields);
const names = (...fields: string[]) => inText(field => `${WORD}-${field}-${count++}`, fields);
const inText = (text: (field: string) => string, fields: string[]) => () => ({
  value: WORD,
  rows: [0, 1, 2].map(at => nested(fields[at % fields.length]!, text(fields[at % fields.length]!))),
});
const nested = (field: string, value: unknown): Document =>
  field.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Document;
let count = 0;

const LISTS: Record<string, List> = {
  '/api/agent-types': { from: 'agentTypes', isSmall: true, filters: { q: words('name', 'description') } },
  '/api/projects': { from: 'projects', isSmall: true, filters: { q: words('name') } },
  '/api/threads': {
    from: 'threads',
    raw: ['createdAt'],
    filters: { projectId: underNode, q: words('subject', 'title') },
  },
  '/api/threads/:id/messages': {
    from: 'messages',
    isSmall: true,
    raw: ['rankAt'],
    filters: { q: () => inThread(words('body')), kind: () => inThread(all('handoff', { kind: 'handoff' })) },
  },
  '/api/messages': {
    from: 'messages',
    raw: ['rankAt'],
    filters: { projectId: underNode, q: words('body'), inReplyTo: ofId('inReplyTo') },
  },
  '/api/tasks': {
    from: 'tasks',
    raw: ['rankAt'],
    filters: { projectId: underNode, kind: all('plan', { kind: 'plan' }), q: words('title', 'input') },
  },
  '/api/runs': { from: 'runs', filters: { projectId: underNode, q: words('intent') } },
  '/api/reports': {
    from: 'reports',
    filters: { q: words('said.output', 'said.reason', 'said.question') },
  },
  '/api/inbox': {
    from: 'messages',
    raw: ['rankAt'],
    filters: {
      q: () => ({
        value: WORD,
        rows: [
          { status: 'dead', body: `Our ${WORD}s` },
          { status: 'unroutable', reason: `no agent type '${WORD}'` },
          { status: 'none', kind: 'question', assignedTo: 'human', body: `Which ${WORD}?` },
        ],
      }),
    },
  },
  '/api/dispatches': {
    from: 'dispatches',
    filters: { projectId: underNode, q: words('error'), liveness: all('stuck', stuck()) },
  },
  '/api/sessions': { from: 'sessions', filters: { q: words('client'), threadId: ofId('threadId') } },
  '/api/tool-calls': { from: 'toolCalls', filters: { q: words('error'), agentType: all('seo', { agentType: 'seo' }) } },
  '/api/activity': {
    from: 'activity',
    filters: { q: () => ({ value: WORD, rows: [{ action: `${WORD}.create` }, said('label'), said('field')] }) },
  },
  '/api/consumers': { from: 'consumers', isSmall: true, filters: { q: names('name') } },
  '/api/tokens': {
    from: 'apiTokens',
    isSmall: true,
    filters: {
      q: words('label'),
      role: all('controller', { role: 'controller' }),
      agentType: all('seo', { agentType: 'seo' }),
    },
  },
};
function stuck(): Document {
  const now = Date.now();
  const heard = { status: 'running', leaseUntil: new Date(now + 3_600_000), endedAt: null };
  return { ...heard, agentType: 'seo', claimedAt: new Date(now - 86_400_000), resumedAt: null, progress: null };
}
const said = (where: 'label' | 'field'): Document =>
  where === 'label'
    ? { actor: { kind: 'operator', id: 'somebody', label: `the ${WORD}ist's ${WORD}` } }
    : { changes: [{ field: 'name', before: null, after: WORD }] };
const inThread = (filter: ReturnType<typeof all>) => {
  const { value, rows } = filter();
  return { value, rows: rows.map(row => ({ ...row, threadId: new ObjectId(world.threadId) })) };
};
const FILTERS = Object.entries(LISTS).flatMap(([path, { filters }]) =>
  Object.keys(filters).map(name => [path, name] as const),
);

const inWorld = (path: string) => path.replace(':id', world.threadId);

/** Every page of it, two rows each. */
async function readPages(route: string): Promise<string[]> {
  const path = inWorld(route);
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const { status, body, text } = await api.call(
      'GET',
      `${path}&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    expect(status, text).toBe(200);
    ids.push(...body.items.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor;
  } while (cursor !== null);
  return ids;
}

const readUnder = (path: string, node: string) => readPages(`${path}?projectId=${node}`);

/** Every page too, with what the database examined for it. */
async function profile(path: string, from: keyof Collections) {
  const { db } = api.database;
  const profiled = db.collection('system.profile');
  await profiled.drop();
  await db.command({
    profile: 1,
    slowms: 0,
    filter: { op: 'query', ns: `${db.databaseName}.${COLLECTION_NAMES[from]}` },
  });
  try {
    const ids = await readPages(path);
    return { ids, reads: await profiled.find().toArray() };
  } finally {
    await db.command({ profile: 0 });
  }
}

describe('a list', () => {
  it.each(FILTERS)('%s finds by %s what is ours, page after page, from an index', async (path, name) => {
    const { from, raw, isSmall, filters } = LISTS[path]!;
    const { value, rows } = filters[name]!();
    const hidden = await copyRows(api, { from, tenantId: 'other' }, rows);
    if (raw) hidden.push(...(await copyRows(api, { from, without: raw }, rows)));
    const known = new Set((await profile(`${path}?${name}=${value}`, from)).ids);
    const wanted = await copyRows(api, { from }, rows);
    const { ids, reads } = await profile(`${path}?${name}=${value}`, from);
    expect(ids.filter(id => !known.has(id)).toSorted()).toEqual(wanted.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter(id => hidden.includes(id))).toEqual([]);
    expect(known.size).toBeLessThan(NOISE / 3);
    expect(reads.length).toBeGreaterThan(1);
    for (const read of reads) {
      expect(read['planSummary']).toContain('IXSCAN');
      if (!isSmall) expect(read['docsExamined']).toBeLessThan(NOISE / 3);
    }
  });

  it.each(FILTERS)('%s says of a bad %s what it is', async (path, name) => {
    const answer = await api.call('GET', `${inWorld(path)}?${name}=${'x'.repeat(300)}`);
    expect([answer.status, answer.body.errors?.[0].path]).toEqual([422, name]);
    const unknown = await api.call('GET', `${inWorld(path)}?no-such-parameter=1`);
    expect([unknown.status, unknown.body.errors?.[0].path]).toEqual([422, 'no-such-parameter']);
  });

  it.each(FILTERS)('%s is described with %s', async (path, name) => {
    const { body } = await api.call('GET', '/api/openapi.json');
    const { parameters } = body.paths[path.replace(':id', '{id}')].get;
    expect(parameters).toContainEqual(expect.objectContaining({ name, in: 'query', required: false }));
  });

  it('of tenants is searched by name and slug, for whoever may see it', async () => {
    await api.call('POST', '/api/tenants', { body: { tenantId: 'searched', name: 'The Okapi Works' } });
    for (const q of ['okapi', 'SEARCH']) {
      const { body } = await api.call('GET', `/api/tenants?q=${q}`);
      expect(body.items.map(({ tenantId }: { tenantId: string }) => tenantId)).toEqual(['searched']);
    }
    expect((await api.call('GET', '/api/tenants?q=nobody')).body).toEqual({ items: [], nextCursor: null });
    const token = await api.tokenFor('admin', { tenantId: 'searched' });
    expect((await api.call('GET', '/api/tenants?q=okapi', { token })).status).toBe(403);
  });

  it('of what waits for a person finds tasks and late outputs by what it shows of them', async () => {
    const late = { epoch: 1, output: `late ${WORD}s`, at: new Date() };
    const wanted = [
      ...(await copyRows(api, { from: 'tasks' }, [{ status: 'dead', title: `A ${WORD}` }])),
      ...(await copyRows(api, { from: 'tasks' }, [{ status: 'incomplete', runId: null, reason: `no ${WORD}` }])),
      ...(await copyRows(api, { from: 'dispatches' }, [{ lateOutput: late }])),
    ];
    await copyRows(api, { from: 'tasks' }, [{ status: 'dead', title: 'A violin' }]);
    const ids = await readPages(`/api/inbox?q=${WORD}`);
    expect(ids).toEqual(expect.arrayContaining(wanted));
    const { body } = await api.call('GET', `/api/inbox?q=${WORD}&limit=200`);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(body.items.every(({ text }: { text: string }) => text.includes(WORD))).toBe(true);
  });

  it.each([
    ['numbat quokka', ['quokka and numbat', 'numbat-quokka']],
    ['Quokka, numbat?', ['quokka and numbat', 'numbat-quokka']],
    ['numbat-quokka', ['numbat-quokka']],
    ['"quokka and"', ['quokka and numbat']],
    ['quokka -numbat', ['quokka']],
    ['quokka wombat', []],
    ['“', []],
  ])('finds by %j what has all the words', async (q, wanted) => {
    const bodies = ['quokka and numbat', 'numbat', 'quokka', 'numbat-quokka'];
    const rows = bodies.map(body => ({ body, threadId: new ObjectId() }));
    await copyRows(api, { from: 'messages' }, rows);
    const { body } = await api.call('GET', `/api/messages?q=${encodeURIComponent(q)}&limit=200`);
    const found = new Set(body.items.map((item: { body: string }) => item.body));
    expect([...found].toSorted()).toEqual(wanted.toSorted());
  });

  it('takes text for what it is, not for a pattern', async () => {
    for (const path of Object.keys(LISTS)) {
      for (const text of ['.*', '(', '$', '"', '-', '\\', '\u0000', 'xylo\u0000phone']) {
        const { status, body } = await api.call('GET', `${inWorld(path)}?q=${encodeURIComponent(text)}`);
        const what = `${path} ${JSON.stringify(text)}`;
        if (text.includes('\u0000')) expect([status, body.errors?.[0].path], what).toEqual([422, 'q']);
        else expect(status, what).toBe(200);
        if (text === '.*') expect(body.items, what).toEqual([]);
      }
    }
  });

  it('by a node that is another tenant’s, or nowhere, is empty', async () => {
    const theirs = await copyRows(api, { from: 'projects', tenantId: 'other' }, [{ slug: 'theirs' }]);
    for (const path of Object.keys(LISTS).filter(name => 'projectId' in LISTS[name]!.filters)) {
      for (const id of [theirs[0]!, 'f'.repeat(24)]) {
        const { body } = await api.call('GET', `${path}?projectId=${id}`);
        expect(body).toEqual({ items: [], nextCursor: null });
      }
    }
  });

  it('by a node shows what a driver hung below it, and follows the branch to another client', async () => {
    const [client, brand, project] = nodes.map(String);
    const raw = { _id: new ObjectId(), body: 'raw', assignedTo: 'research', projectId: project };
    await api.plane.collections.messages.insertOne(raw as never);
    api.plane.adoption.note('message', String(raw._id));
    const to = (await api.call('POST', '/api/projects', { body: { kind: 'client', slug: 'to', name: 'to' } })).body.id;
    const paths = Object.keys(LISTS).filter(path => 'projectId' in LISTS[path]!.filters);
    const before = await Promise.all(paths.map(path => readUnder(path, client!)));
    expect(before[paths.indexOf('/api/messages')]).toContain(String(raw._id));
    await api.call('PATCH', `/api/projects/${brand}`, { body: { parentId: to } });
    for (const [at, path] of paths.entries()) {
      const moved = await readUnder(path, to);
      expect(moved.length).toBeGreaterThan(0);
      expect([...moved, ...(await readUnder(path, client!))].toSorted()).toEqual(before[at]!.toSorted());
    }
  });
});
