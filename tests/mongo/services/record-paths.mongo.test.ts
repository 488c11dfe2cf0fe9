import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PlaneEvent } from '@/lib/domain/event/schema';
import { deferred } from '@/lib/kernel/deferred';
import { startStream, type StartedStream } from '@/lib/server/start-stream';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';
import { copyRows } from '@/tests/support/list-rows';

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the route answers
type Answered = any;

let api: ApiServer;
let stream: StartedStream;
const events: PlaneEvent[] = [];
const soon = { timeout: 10_000, interval: 20 };

beforeAll(async () => {
  api = await startApiServer();
  const config = { database: api.database.name, maxStreams: 10, maxStreamsPerPrincipal: 10 };
  stream = await startStream(api.plane, { config, mongodbUri: api.database.uri, adopts: false });
  stream.hub.onEvent(event => void events.push(event));
  // None of it is about slots.
  await api.plane.collections.agentTypes.updateMany({}, { $set: { concurrency: 1_000 } });
  api.plane.agentTypes.clear();
  await call('POST', '/api/messages', { body: 'to be copied' });
});
afterAll(async () => {
  await stream.stop();
  await api.stop();
});

async function call(method: string, path: string, body?: unknown, headers = {}): Promise<Answered> {
  const answer = await api.call(method, path, { body, headers });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}
const node = (kind: string, slug: string, parentId: string | null = null): Promise<Answered> =>
  call('POST', '/api/projects', { kind, slug, name: slug, parentId });
async function makeTree(name: string) {
  const client = await node('client', name);
  const brand = await node('brand', `${name}-b`, client.id);
  return { client, brand, project: await node('project', `${name}-p`, brand.id) };
}

/** One record of each noun on a node, as its create answered. */
async function makeRecords(projectId: string | null) {
  const thread = await call('POST', '/api/threads', { subject: 's', projectId });
  const message = await call('POST', '/api/messages', { body: 'm', assignedTo: 'research', projectId });
  const reply = await call('POST', `/api/threads/${thread.id}/messages`, { body: 'r', assignedTo: 'qa' });
  const task = await call('POST', '/api/tasks', { title: 't', assignedTo: 'qa', projectId });
  const run = await call('POST', '/api/runs', { intent: 'i', projectId });
  const source = { kind: 'message', id: message.id };
  const { dispatches } = await call('POST', '/api/dispatches/claim', { consumer: 'c', source });
  const dispatch = await call('GET', `/api/dispatches/${dispatches[0].id}`);
  return { thread, message, reply, task, run, dispatch };
}
type Records = Awaited<ReturnType<typeof makeRecords>>;

const pathOf = ({ client, brand, project }: Answered) => ({ client, brand, project });
const NOWHERE = { client: null, brand: null, project: null };
const NOUNS = { thread: 'threads', message: 'messages', task: 'tasks', run: 'runs', dispatch: 'dispatches' } as const;

/** Each of them, by every route that reads it. */
async function readAll(records: Records): Promise<Answered[]> {
  const shown: Answered[] = [];
  for (const [noun, path] of Object.entries(NOUNS)) {
    const { id } = records[noun as keyof Records];
    const { items } = await call('GET', `/api/${path}?limit=200`);
    shown.push(await call('GET', `/api/${path}/${id}`), ...items.filter((item: Answered) => item.id === id));
  }
  const { items } = await call('GET', `/api/threads/${records.thread.id}/messages`);
  return [...shown, ...items];
}
const READS = 11;

/** What stands in the database of everything that hangs on nodes. */
function readDocuments() {
  const { threads, messages, tasks, runs, dispatches } = api.plane.collections;
  return Promise.all([threads, messages, tasks, runs, dispatches].map(collection => collection.find({}).toArray()));
}

describe('every record with a projectId', () => {
  it('shows the slugs of its node and of those above it, where it is made, read and listed', async () => {
    const { client, brand, project } = await makeTree('acme');
    for (const [on, path] of [
      [project.id, { client: 'acme', brand: 'acme-b', project: 'acme-p' }],
      [brand.id, { client: 'acme', brand: 'acme-b', project: null }],
      [client.id, { client: 'acme', brand: null, project: null }],
      [null, NOWHERE],
    ]) {
      const records = await makeRecords(on);
      const shown = [...Object.values(records), ...(await readAll(records))];
      expect(shown).toHaveLength(6 + READS);
      for (const record of shown) expect(pathOf(record)).toEqual(path);
    }
  });

  it('shows them where it is changed, and where a create is repeated', async () => {
    const { project } = await makeTree('changed');
    const path = { client: 'changed', brand: 'changed-b', project: 'changed-p' };
    const { thread, reply, task, run, dispatch } = await makeRecords(project.id);
    const body = { body: 'once', assignedTo: 'qa', projectId: project.id };
    const once = () => call('POST', '/api/messages', body, { 'idempotency-key': 'once' });
    const [first, again] = [await once(), await once()];
    expect(Object.keys(again)).toEqual(Object.keys(first));
    for (const record of [
      again,
      await call('PATCH', `/api/threads/${thread.id}`, { subject: 'new' }),
      await call('PATCH', `/api/messages/${reply.id}`, { priority: 'high' }),
      await call('POST', `/api/messages/${reply.id}/cancel`),
      await call('PATCH', `/api/tasks/${task.id}`, { title: 'new' }),
      await call('POST', `/api/tasks/${task.id}/cancel`),
      await call('POST', `/api/runs/${run.id}/cancel`),
      await call('POST', `/api/dispatches/${dispatch.id}/cancel`),
    ]) {
      expect(pathOf(record)).toEqual(path);
    }
  });

  it('takes them in no body', async () => {
    const { id } = await call('POST', '/api/threads', { subject: 's' });
    for (const [method, path, body] of [
      ['POST', '/api/threads', { subject: 's' }],
      ['PATCH', `/api/threads/${id}`, {}],
      ['POST', '/api/messages', { body: 'm' }],
      ['POST', '/api/tasks', { title: 't', assignedTo: 'qa' }],
      ['POST', '/api/runs', { intent: 'i' }],
    ] as const) {
      const answer = await api.call(method, path, { body: { ...body, client: 'acme' } });
      expect(answer.status, `${method} ${path}`).toBe(422);
    }
  });
});

/** A driver changes a node; all have seen its event, and the tree is read only once `reading` has begun. */
async function whileTreeIsRead<T>(nodeId: string, set: object, reading: () => Promise<T>): Promise<T> {
  const { projects } = api.plane.collections;
  const gate = deferred<void>();
  const find = projects.find.bind(projects) as unknown as (...asked: unknown[]) => { toArray(): Promise<unknown> };
  const slow = vi.spyOn(projects, 'find').mockImplementation(((...asked: unknown[]) => ({
    toArray: () => gate.promise.then(() => find(...asked).toArray()),
  })) as never);
  try {
    const seen = events.length;
    await projects.updateOne({ _id: new ObjectId(nodeId) }, { $set: set });
    await expect.poll(() => events.slice(seen).some(({ data }) => data.id === nodeId), soon).toBe(true);
    const answer = reading();
    await Promise.race([answer, new Promise(resolve => setTimeout(resolve, 300))]);
    gate.resolve();
    return await answer;
  } finally {
    slow.mockRestore();
  }
}

describe('a node that is renamed and moved', () => {
  it('is read in every record below, with no write to them and one event', async () => {
    const { brand, project } = await makeTree('from');
    const to = await node('client', 'to');
    const records = await makeRecords(project.id);
    await expect.poll(() => events.some(({ data }) => data.id === records.dispatch.id), soon).toBe(true);
    const [before, seen] = [await readDocuments(), events.length];
    await call('PATCH', `/api/projects/${brand.id}`, { slug: 'renamed', name: 'Renamed', parentId: to.id });
    const shown = await readAll(records);
    expect(shown).toHaveLength(READS);
    for (const record of shown) {
      expect(pathOf(record)).toEqual({ client: 'to', brand: 'renamed', project: 'from-p' });
    }
    expect(await readDocuments()).toEqual(before);
    const after = await node('client', 'after');
    await expect.poll(() => events.some(({ data }) => data.id === after.id), soon).toBe(true);
    expect(events.slice(seen).map(({ type, data }) => [type, data.id])).toEqual([
      ['project-updated', brand.id],
      ['project-created', after.id],
    ]);
  });

  it('is read so by whoever has seen its event, while the tree is still being read', async () => {
    const { client } = await makeTree('seen');
    const { id } = await call('POST', '/api/threads', { subject: 's', projectId: client.id });
    const shown = await whileTreeIsRead(client.id, { slug: 'by-driver' }, () => call('GET', `/api/threads/${id}`));
    expect(shown.client).toBe('by-driver');
  });

  it('is filtered by so, too, and by no older tree when the new one cannot be read', async () => {
    const { client, brand } = await makeTree('filtered');
    const to = await node('client', 'filtered-to');
    const { id } = await call('POST', '/api/threads', { subject: 's', projectId: brand.id });
    const under = ({ id: nodeId }: Answered) => call('GET', `/api/threads?projectId=${nodeId}`);
    const parentId = new ObjectId(to.id as string);
    const shown = await whileTreeIsRead(brand.id, { parentId }, () => Promise.all([under(client), under(to)]));
    expect(shown.map(({ items }) => items.map((item: Answered) => item.id))).toEqual([[], [id]]);

    const { plane } = api;
    const away = vi.spyOn(plane.collections.projects, 'find').mockImplementation((() => {
      throw new Error('no primary yet');
    }) as never);
    try {
      await expect(plane.projects.refresh()).rejects.toThrow('no primary yet');
      expect((await api.call('GET', `/api/threads?projectId=${to.id}`)).status).toBeGreaterThanOrEqual(500);
    } finally {
      away.mockRestore();
    }
    expect((await under(to)).items).toHaveLength(1);
  });
});

const hang = (on: ObjectId[]) =>
  copyRows(
    api,
    { from: 'messages' },
    on.map(projectId => ({ projectId })),
  );
const list = async (): Promise<Answered[]> => (await call('GET', '/api/messages?limit=200')).items;
const read = async (ids: string[]) => {
  const items = await list();
  return ids.map(id => pathOf(items.find(item => item.id === id)));
};

describe('nodes that the tree in memory does not hold', () => {
  it('are null where they are gone or another tenant’s, and end the path where one above is gone', async () => {
    await call('POST', '/api/tenants', { tenantId: 'other', name: 'Other' });
    const foreign = await api.tokenFor('admin', { tenantId: 'other' });
    const theirs = await api.call('POST', '/api/projects', {
      token: foreign,
      body: { kind: 'client', slug: 'theirs', name: 'Theirs' },
    });
    const { projects } = api.plane.collections;
    const { client, project } = await makeTree('torn');
    const below = new ObjectId();
    await projects.insertOne({
      _id: below,
      tenantId: 'default',
      kind: 'brand',
      slug: 'stray',
      parentId: new ObjectId(theirs.body.id as string),
    } as never);
    const ids = [theirs.body.id, client.id, project.id].map(id => new ObjectId(id as string));
    const rows = await hang([...ids, below, new ObjectId()]);
    await projects.deleteOne({ _id: ids[1]! });
    await api.plane.projects.refresh();
    expect(await read(rows)).toEqual([
      NOWHERE,
      NOWHERE,
      { client: null, brand: 'torn-b', project: 'torn-p' },
      { client: null, brand: 'stray', project: null },
      NOWHERE,
    ]);
  });

  it('are looked up together, in one read a list, however many records hang on them', async () => {
    // It would have them read into the tree.
    await stream.stop();
    const nodes = Array.from({ length: 50 }, (_, at) => ({
      _id: new ObjectId(),
      tenantId: 'default',
      kind: 'client',
      slug: `new-${at}`,
      parentId: null,
    }));
    const { projects } = api.plane.collections;
    await projects.insertMany(nodes as never);
    const gone = Array.from({ length: 50 }, () => new ObjectId());
    const rows = await hang([...nodes.map(({ _id }) => _id), ...gone]);
    const [find, findOne] = [vi.spyOn(projects, 'find'), vi.spyOn(projects, 'findOne')];
    expect(await read(rows)).toEqual([
      ...nodes.map(({ slug }) => ({ client: slug, brand: null, project: null })),
      ...gone.map(() => NOWHERE),
    ]);
    await list();
    expect(find.mock.calls.length + findOne.mock.calls.length).toBeLessThanOrEqual(2);
  });
});
