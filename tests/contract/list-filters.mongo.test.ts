import type { Document } from 'mongodb';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COLLECTION_NAMES, type Collections } from '@/lib/store/collections';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';
import { makeWorld } from '@/tests/support/isolation/world';
import { copyRows } from '@/tests/support/list-rows';

/** Rows of ours that a filter is not about; a list that reads them all to find the others has no index for it. */
const NOISE = 150;

let api: ApiServer;
/** A client, its brand and that one's project. */
let nodes: ObjectId[];

beforeAll(async () => {
  api = await startApiServer();
  await makeWorld(api, 'default');
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
  /** By parameter: its value, and what three rows that match have. */
  filters: Record<string, () => { value: string; rows: Document[] }>;
}
const underNode = () => ({ value: String(nodes[0]), rows: nodes.map(projectId => ({ projectId })) });
const all = (value: string, row: Document) => () => ({ value, rows: [row, row, row] });

const LISTS: Record<string, List> = {
  '/api/threads': { from: 'threads', raw: ['createdAt'], filters: { projectId: underNode } },
  '/api/messages': { from: 'messages', raw: ['rankAt'], filters: { projectId: underNode } },
  '/api/tasks': {
    from: 'tasks',
    raw: ['rankAt'],
    filters: { projectId: underNode, kind: all('plan', { kind: 'plan' }) },
  },
  '/api/runs': { from: 'runs', filters: { projectId: underNode } },
  '/api/dispatches': { from: 'dispatches', filters: { projectId: underNode } },
};
const FILTERS = Object.entries(LISTS).flatMap(([path, { filters }]) =>
  Object.keys(filters).map(name => [path, name] as const),
);

/** Every page of it, two rows each. */
async function readPages(path: string): Promise<string[]> {
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
  const before = await profiled.countDocuments();
  await db.command({
    profile: 1,
    slowms: 0,
    filter: { op: 'query', ns: `${db.databaseName}.${COLLECTION_NAMES[from]}` },
  });
  const ids = await readPages(path);
  await db.command({ profile: 0 });
  return { ids, reads: await profiled.find().skip(before).toArray() };
}

describe('a list', () => {
  it.each(FILTERS)('%s finds by %s what is ours, page after page, from an index', async (path, name) => {
    const { from, raw, filters } = LISTS[path]!;
    const { value, rows } = filters[name]!();
    await copyRows(api, { from, tenantId: 'other' }, rows);
    if (raw) await copyRows(api, { from, without: raw }, rows);
    const known = new Set((await profile(`${path}?${name}=${value}`, from)).ids);
    const wanted = await copyRows(api, { from }, rows);
    const { ids, reads } = await profile(`${path}?${name}=${value}`, from);
    expect(ids.filter(id => !known.has(id)).toSorted()).toEqual(wanted.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
    expect(known.size).toBeLessThan(rows.length);
    expect(reads.length).toBeGreaterThan(1);
    for (const read of reads) {
      expect(read['planSummary']).toContain('IXSCAN');
      expect(read['docsExamined']).toBeLessThan(NOISE / 3);
    }
  });

  it.each(FILTERS)('%s says of a bad %s what it is', async (path, name) => {
    if (name === 'q') return;
    const answer = await api.call('GET', `${path}?${name}=no-such-value!`);
    expect([answer.status, answer.body.errors?.[0].path]).toEqual([422, name]);
    const unknown = await api.call('GET', `${path}?no-such-parameter=1`);
    expect([unknown.status, unknown.body.errors?.[0].path]).toEqual([422, 'no-such-parameter']);
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
