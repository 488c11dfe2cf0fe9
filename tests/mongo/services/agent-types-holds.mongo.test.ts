import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adoptAgentType, reactToAgentType } from '@/lib/services/agent-types/adopt-agent-type';
import { reconcileAllHolds } from '@/lib/services/agent-types/reconcile-all-holds';
import { reconcileHolds } from '@/lib/services/agent-types/reconcile-holds';
import { ConfigurationSweep } from '@/lib/services/agent-types/sweep';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { sweepDispatches } from '@/lib/services/dispatches/sweep';
import { sweepStranded } from '@/lib/services/dispatches/sweep-stranded';
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
  slug = `type-${count}`;
  await create(slug, { concurrency: 50 });
});

const call = (method: string, path: string, body?: unknown, token = api.plane.adminToken) =>
  api.call(method, path, { body, token });
const create = (name: string, more: object = {}) => call('POST', '/api/agent-types', { slug: name, name, ...more });
const edit = async (patch: object) => {
  const { revision } = (await call('GET', `/api/agent-types/${slug}`)).body;
  const answer = await call('PATCH', `/api/agent-types/${slug}`, { revision, ...patch });
  expect(answer.status, answer.text).toBe(200);
};
const post = async (priority = 'normal', assignedTo = slug): Promise<string> =>
  (await call('POST', '/api/messages', { body: 'work', assignedTo, priority })).body.id;
const message = async (id: string) => (await call('GET', `/api/messages/${id}`)).body;
const makeTask = async (): Promise<string> =>
  (await call('POST', '/api/tasks', { title: 't', assignedTo: slug })).body.id;
const task = async (id: string) => (await call('GET', `/api/tasks/${id}`)).body;
const claim = (max = 1) =>
  call('POST', '/api/dispatches/claim', { consumer: 'c', max, agentTypes: [slug] }, orchestrator).then(
    ({ body }) => body,
  );
const revisionsOf = async (name: string) => (await call('GET', `/api/agent-types/${name}/revisions`)).body.items;
const types = () => api.plane.collections.agentTypes;

describe('work follows its type', () => {
  it('is held while the type is paused or disabled, with the reason, and due again after', async () => {
    const [id, taskId] = [await post(), await makeTask()];
    await edit({ paused: true });
    expect(await message(id)).toMatchObject({ status: 'held', reason: `${slug} is paused` });
    expect(await task(taskId)).toMatchObject({ status: 'held', reason: `${slug} is paused` });
    expect((await claim()).dispatches).toEqual([]);
    await edit({ enabled: false });
    expect(await message(id)).toMatchObject({ status: 'held', reason: `${slug} is disabled` });
    await edit({ enabled: true, paused: false });
    expect(await message(id)).toMatchObject({ status: 'queued', reason: null });
    expect(await task(taskId)).toMatchObject({ status: 'ready', reason: null });
    expect((await claim(2)).dispatches).toHaveLength(2);
  });

  it('is held below the least priority, and only there', async () => {
    const [low, high] = [await post('low'), await post('high')];
    await edit({ thresholds: { minPriority: 'normal' } });
    expect([(await message(low)).status, (await message(high)).status]).toEqual(['held', 'queued']);
    await edit({ thresholds: { minPriority: null } });
    expect((await message(low)).status).toBe('queued');
  });

  it('is unroutable once the type is deleted, and due when it comes to exist again', async () => {
    const [id, taskId] = [await post(), await makeTask()];
    await call('DELETE', `/api/agent-types/${slug}`);
    expect(await message(id)).toMatchObject({ status: 'unroutable', reason: `no agent type '${slug}'` });
    expect(await task(taskId)).toMatchObject({ status: 'held', reason: `no agent type '${slug}'` });
    await create(slug);
    expect((await message(id)).status).toBe('queued');
    expect((await task(taskId)).status).toBe('ready');
  });

  it('leaves what is claimed alone, also when the type is deleted', async () => {
    const id = await post();
    const { dispatches } = await claim();
    await edit({ paused: true });
    await call('DELETE', `/api/agent-types/${slug}`);
    expect((await message(id)).status).toBe('claimed');
    const { id: dispatchId, epoch } = dispatches[0];
    const done = await call('POST', `/api/dispatches/${dispatchId}/complete`, { epoch, output: 'done' }, orchestrator);
    expect(done.status).toBe(200);
    expect((await message(id)).status).toBe('done');
  });

  it('that comes back after the type was deleted waits for one of its name, and is not dead', async () => {
    const [id, taskId] = [await post(), await makeTask()];
    const { dispatches } = await claim(2);
    await call('DELETE', `/api/agent-types/${slug}`);
    const { collections } = api.plane;
    const ofWork = (workId: string) => dispatches.find((one: { source: { id: string } }) => one.source.id === workId);
    const [lapsing, failing] = [ofWork(taskId), ofWork(id)];
    await collections.dispatches.updateOne({ _id: new ObjectId(lapsing.id) }, { $set: { leaseUntil: new Date(0) } });
    await sweepDispatches(api.plane);
    const failure = { epoch: 1, error: 'overloaded', retryable: true };
    await call('POST', `/api/dispatches/${failing.id}/fail`, failure, orchestrator);
    expect(await message(id)).toMatchObject({ status: 'unroutable', reason: `no agent type '${slug}'` });
    expect(await task(taskId)).toMatchObject({ status: 'held', reason: `no agent type '${slug}'` });
    await create(slug);
    expect(await message(id)).toMatchObject({ status: 'queued', attempts: 1 });
    expect(await task(taskId)).toMatchObject({ status: 'ready', attempts: 1 });
  });

  it.each(['message', 'task'] as const)(
    'that a %s waited for comes to nobody: it is due for a type of that name',
    async kind => {
      const id = kind === 'message' ? await post() : await makeTask();
      const stand = () => (kind === 'message' ? message(id) : task(id));
      const { dispatches } = await claim();
      const { dispatches: rows } = api.plane.collections;
      const _id = new ObjectId(dispatches[0].id as string);
      const { questionId } = await askQuestion(api.plane, (await rows.findOne({ _id }))!, { question: 'which?' });
      await call('DELETE', `/api/agent-types/${slug}`);
      // Until it is answered it waits for that.
      expect(await sweepStranded(api.plane)).toBe(0);
      expect((await stand()).status).toBe('waiting');
      const { threadId } = await message(questionId);
      await call('POST', `/api/threads/${threadId}/messages`, { body: 'this one' });
      expect(await sweepStranded(api.plane)).toBe(1);
      const gone = `no agent type '${slug}'`;
      expect(await stand()).toMatchObject({ status: kind === 'message' ? 'unroutable' : 'held', reason: gone });
      expect(await rows.findOne({ _id })).toMatchObject({ status: 'released', error: gone, settled: true });
      expect(await sweepStranded(api.plane)).toBe(0);
      await create(slug);
      expect((await claim()).dispatches).toMatchObject([{ mode: 'start', epoch: 2, attempt: 1, source: { kind, id } }]);
    },
  );

  it('that waited and whose type cannot be read, or came back, goes on with its answer', async () => {
    const id = await post();
    const { dispatches } = await claim();
    const _id = new ObjectId(dispatches[0].id as string);
    const row = (await api.plane.collections.dispatches.findOne({ _id }))!;
    await askQuestion(api.plane, row, { question: 'which?' });
    await types().updateOne({ slug }, { $set: { systemPrompt: 5 as never } });
    api.plane.agentTypes.forget('default', slug);
    await call('POST', `/api/threads/${(await message(id)).threadId}/messages`, { body: 'this one' });
    expect(await sweepStranded(api.plane)).toBe(0);
    await types().updateOne({ slug }, { $set: { systemPrompt: '' } });
    api.plane.agentTypes.forget('default', slug);
    expect((await claim()).dispatches).toMatchObject([{ id: dispatches[0].id, mode: 'resume' }]);
  });

  it('ends as the type ends, however pauses, resumes and claims overlap', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => post()));
    const { plane } = api;
    const flip = async (paused: boolean) => {
      await types().updateOne({ slug }, { $set: { paused } });
      plane.agentTypes.forget('default', slug);
      await reconcileHolds(plane, 'default', slug);
    };
    const claimed: { source: { id: string } }[] = [];
    await Promise.all([
      ...Array.from({ length: 12 }, (_, n) => flip(n % 2 === 0)),
      ...Array.from({ length: 6 }, () => claim(3).then(({ dispatches }) => claimed.push(...dispatches))),
    ]);
    await flip(false);
    const statuses = await Promise.all(ids.map(async id => [id, (await message(id)).status] as const));
    const held = new Set(claimed.map(({ source }) => source.id));
    expect(held.size).toBe(claimed.length);
    for (const [id, status] of statuses) expect(status).toBe(held.has(id) ? 'claimed' : 'queued');
  });

  it('writes nothing the second time', async () => {
    await post();
    await edit({ paused: true });
    expect(await reconcileHolds(api.plane, 'default', slug)).toBe(0);
  });

  it('is put right by the sweep when it was routed in the same moment', async () => {
    const id = await post();
    await api.plane.collections.messages.updateOne(
      { _id: new ObjectId(id) },
      { $set: { status: 'held', reason: 'old' } },
    );
    const gone = await post();
    await api.plane.collections.messages.updateOne(
      { _id: new ObjectId(gone) },
      { $set: { assignedTo: 'nobody-here' } },
    );
    await reconcileAllHolds(api.plane);
    expect((await message(id)).status).toBe('queued');
    expect((await message(gone)).status).toBe('unroutable');
  });
});

describe('types that a driver writes', () => {
  it('are read with defaults where fields are missing, and taken up with a revision', async () => {
    const { insertedId } = await types().insertOne({ slug: `raw-${slug}`, tenantId: 'default' } as never);
    const id = await post('normal', `raw-${slug}`);
    const before = await call('GET', `/api/agent-types/raw-${slug}`);
    expect(before.body).toMatchObject({
      name: `raw-${slug}`,
      concurrency: 1,
      revision: 1,
      thresholds: { leaseMs: 60_000 },
    });
    expect((await message(id)).status).toBe('queued');
    await adoptAgentType(api.plane, insertedId);
    await adoptAgentType(api.plane, insertedId);
    expect(await types().findOne({ _id: insertedId })).toMatchObject({
      revision: 1,
      enabled: true,
      createdBy: 'raw-insert',
    });
    expect(await revisionsOf(`raw-${slug}`)).toMatchObject([{ revision: 1, by: 'raw-edit' }]);
  });

  it('make work that waited for them due', async () => {
    const name = `late-${slug}`;
    const raw = await api.plane.collections.messages.insertOne({ assignedTo: name, body: 'x' } as never);
    const { adoptRawMessages } = await import('@/lib/services/messages/adoption/adopt-message');
    await adoptRawMessages(api.plane, [raw.insertedId]);
    expect((await message(String(raw.insertedId))).status).toBe('unroutable');
    const { insertedId } = await types().insertOne({ slug: name } as never);
    await reactToAgentType(api.plane, { id: String(insertedId), tenantId: 'default', slug: name });
    expect((await message(String(raw.insertedId))).status).toBe('queued');
  });

  it('edited past the API, hold their work, and the edit is a revision of its own', async () => {
    const id = await post();
    await types().updateOne({ slug }, { $set: { paused: true, 'thresholds.leaseMs': 9_000 } });
    const { _id } = (await types().findOne({ slug }))!;
    await Promise.all([1, 2, 3].map(() => reactToAgentType(api.plane, { id: String(_id), tenantId: 'default', slug })));
    expect((await message(id)).status).toBe('held');
    const [newest] = await revisionsOf(slug);
    expect(newest).toMatchObject({ revision: 2, by: 'raw-edit' });
    expect(newest.changes).toEqual([
      { field: 'paused', before: false, after: true },
      { field: 'thresholds.leaseMs', before: 60_000, after: 9_000 },
    ]);
    expect(await revisionsOf(slug)).toHaveLength(2);
    expect((await call('GET', `/api/agent-types/${slug}`)).body.revision).toBe(2);
  });

  it('keep a raw edit apart from the edit that comes before it was seen', async () => {
    await types().updateOne({ slug }, { $set: { concurrency: 5 } });
    await edit({ model: 'opus' });
    const [own, raw] = await revisionsOf(slug);
    expect([own.changes, own.revision]).toEqual([[{ field: 'model', before: 'inherit', after: 'opus' }], 3]);
    expect([raw.changes, raw.by]).toEqual([[{ field: 'concurrency', before: 50, after: 5 }], 'raw-edit']);
  });

  it('that cannot be read are skipped, listed with the reason, and back when mended', async () => {
    const id = await post();
    const { _id } = (await types().findOne({ slug }))!;
    await types().updateOne({ _id }, { $set: { concurrency: 'many' } } as never);
    api.plane.agentTypes.clear();
    expect((await call('GET', `/api/agent-types/${slug}`)).status).toBe(404);
    expect((await call('GET', '/api/agent-types?limit=200')).status).toBe(200);
    expect((await claim()).dispatches).toEqual([]);
    const malformed = () => api.plane.collections.malformed.findOne({ documentId: String(_id) });
    expect(await malformed()).toMatchObject({
      collection: 'agent-types-config',
      reason: expect.stringContaining('concurrency'),
    });
    await reactToAgentType(api.plane, { id: String(_id), tenantId: 'default', slug });
    expect((await message(id)).status).toBe('unroutable');
    await types().updateOne({ _id }, { $set: { concurrency: 2 } });
    await reactToAgentType(api.plane, { id: String(_id), tenantId: 'default', slug });
    expect((await message(id)).status).toBe('queued');
    expect(await malformed()).toBeNull();
  });

  it('without a tenant, beside one of the same slug, are malformed', async () => {
    const { insertedId } = await types().insertOne({ slug } as never);
    await adoptAgentType(api.plane, insertedId);
    expect((await api.plane.collections.malformed.findOne({ documentId: String(insertedId) }))?.reason).toContain(
      'taken',
    );
    await types().deleteOne({ _id: insertedId });
  });

  it('are found by the sweep, which also removes what was deleted a while ago', async () => {
    await types().updateOne({ slug }, { $set: { concurrency: 8 } });
    await call('POST', '/api/agent-types', { slug: `old-${slug}`, name: 'x' });
    await types().updateOne({ slug: `old-${slug}` }, { $set: { deletedAt: new Date(Date.now() - 120_000) } });
    const sweep = new ConfigurationSweep(api.plane);
    await sweep.run();
    await sweep.run();
    expect((await revisionsOf(slug))[0]).toMatchObject({ revision: 2, by: 'raw-edit' });
    expect(await types().findOne({ slug: `old-${slug}` })).toBeNull();
  });
});
