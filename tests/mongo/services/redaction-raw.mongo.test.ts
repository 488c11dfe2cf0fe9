import { ObjectId } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adoptAgentType } from '@/lib/services/agent-types/adopt-agent-type';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { adoptRawMessages } from '@/lib/services/messages/adoption/adopt-message';
import { adoptTask } from '@/lib/services/tasks/adopt-task';
import { makeActor } from '@/tests/support/actors';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';
import { hasLeak, KEY_LEAK, KEY_SAFE, LEAK, leakingDocuments, SAFE } from '@/tests/support/leaks';

/** What a driver wrote with a key in it: taken up, the stored text has it no more; until then nobody is shown it. */

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
/** What one test leaves behind is not the next one's. */
afterEach(async () => {
  const { messages, tasks, threads, agentTypes } = api.plane.collections;
  for (const collection of [messages, tasks, threads]) await collection.deleteMany({});
  await agentTypes.deleteMany({ slug: 'raw' });
});
afterAll(() => api.stop());

const insert = async (name: 'messages' | 'tasks' | 'agentTypes' | 'projects', document: object): Promise<ObjectId> => {
  const _id = new ObjectId();
  await api.plane.collections[name].insertOne({ _id, ...document } as never);
  return _id;
};
const get = async (path: string) => {
  const answer = await api.call('GET', path);
  expect(answer.status, answer.text).toBe(200);
  expect(hasLeak(answer.body)).toBe(false);
  return answer.body;
};
const claim = async (kind: 'message' | 'task', id: ObjectId) => {
  const ctx = makeActor(api.plane, 'orchestrator');
  const source = { kind, id: String(id) };
  const { dispatches, reason } = await claimDispatches(ctx, { consumer: 'night', max: 1, waitMs: 0, source });
  expect(dispatches, reason).toHaveLength(1);
  expect(hasLeak(dispatches[0])).toBe(false);
  return dispatches[0]!;
};

const MESSAGE = {
  body: LEAK,
  subject: LEAK,
  from: { kind: 'user', id: LEAK },
  onBehalfOf: LEAK,
  createdBy: LEAK,
  options: [LEAK, 'no'],
};

describe('a raw message', () => {
  it('is taken up without its keys, its thread too', async () => {
    const id = await insert('messages', MESSAGE);
    await adoptRawMessages(api.plane, [id]);
    expect(await leakingDocuments(api)).toEqual([]);
    expect(await get(`/api/messages/${String(id)}`)).toMatchObject({
      body: SAFE,
      from: { id: SAFE },
      onBehalfOf: SAFE,
      createdBy: SAFE,
      options: [SAFE, 'no'],
    });
    expect(await get(`/api/threads/${String(id)}`)).toMatchObject({ subject: SAFE });
  });

  it.each([
    ['short', ''],
    ['too long for its write to name', ` ${'x'.repeat(5_000)}`],
  ])('that is %s is claimed before anybody took it up, without its keys', async (_what, more) => {
    const id = await insert('messages', { ...MESSAGE, body: LEAK + more, assignedTo: 'research' });
    api.plane.rawIntake.note(String(id));
    await api.plane.rawIntake.get(String(id));
    const { thread, prompt } = await claim('message', id);
    expect(thread).toMatchObject({ subject: SAFE, messages: [{ body: SAFE + more }] });
    expect(prompt).toContain(SAFE);
    await api.plane.threadOpener.flush();
    expect(await leakingDocuments(api)).toEqual([]);
  });

  it('in a thread that is there is taken up without its keys', async () => {
    const { id: threadId } = (await api.call('POST', '/api/threads', { body: { subject: 's' } })).body;
    const id = await insert('messages', { ...MESSAGE, threadId: new ObjectId(threadId as string) });
    await adoptRawMessages(api.plane, [id]);
    expect(await leakingDocuments(api)).toEqual([]);
    expect((await get(`/api/threads/${threadId}/messages`)).items).toMatchObject([{ body: SAFE }]);
  });

  it('that its driver changed since it was read keeps the change', async () => {
    const id = await insert('messages', { body: LEAK });
    api.plane.rawIntake.note(String(id));
    await api.plane.rawIntake.get(String(id));
    await api.plane.collections.messages.updateOne({ _id: id }, { $set: { body: 'another' } });
    await adoptRawMessages(api.plane, [id]);
    await adoptRawMessages(api.plane, [id]);
    expect(await get(`/api/messages/${String(id)}`)).toMatchObject({ body: 'another' });
  });
});

describe('a raw task', () => {
  it('is taken up without its keys, and without a handover nobody made', async () => {
    const id = await insert('tasks', {
      title: LEAK,
      input: LEAK,
      assignedTo: 'qa',
      createdBy: LEAK,
      deliverables: [{ name: KEY_LEAK, description: LEAK }],
      handoff: { inputs: { x: LEAK }, context: LEAK, by: 'agent:project-management', at: new Date() },
    });
    await adoptTask(api.plane, id);
    expect(await leakingDocuments(api)).toEqual([]);
    expect(await get(`/api/tasks/${String(id)}`)).toMatchObject({
      title: SAFE,
      input: SAFE,
      createdBy: SAFE,
      deliverables: [{ name: KEY_SAFE, description: SAFE }],
      handoff: null,
    });
    expect((await claim('task', id)).prompt).not.toContain('Handed over');
  });

  it('is taken up without a word on what late output ended it', async () => {
    const acceptedFrom = { dispatchId: new ObjectId(), epoch: 1 };
    const id = await insert('tasks', { title: 'over', assignedTo: 'qa', status: 'done', acceptedFrom });
    await adoptTask(api.plane, id);
    const row = await api.plane.collections.tasks.findOne({ _id: id });
    expect([row?.status, row?.acceptedFrom]).toEqual(['done', undefined]);
  });
});

describe('configuration that a driver wrote', () => {
  const TYPE = { name: KEY_LEAK, description: LEAK, systemPrompt: LEAK, tools: [`Bash(curl ${KEY_LEAK})`] };
  const SAFE_TYPE = { name: KEY_SAFE, description: SAFE, systemPrompt: SAFE, tools: [`Bash(curl ${KEY_SAFE})`] };

  it('an agent type is read without its keys at once, and stored so when it is taken up', async () => {
    const id = await insert('agentTypes', { tenantId: 'default', slug: 'raw', createdBy: LEAK, ...TYPE });
    expect(await get('/api/agent-types/raw')).toMatchObject({ ...SAFE_TYPE, createdBy: SAFE });
    for (let time = 0; time < 2; time += 1) {
      await adoptAgentType(api.plane, id);
      expect(await leakingDocuments(api)).toEqual([]);
      expect(await get('/api/agent-types/raw')).toMatchObject({ ...SAFE_TYPE, revision: 1 });
    }
    await api.plane.collections.agentTypes.updateOne({ _id: id }, { $set: { systemPrompt: `more: ${LEAK}` } });
    for (let time = 0; time < 2; time += 1) await adoptAgentType(api.plane, id);
    expect(await leakingDocuments(api)).toEqual([]);
    expect(await get('/api/agent-types/raw')).toMatchObject({ systemPrompt: `more: ${SAFE}`, revision: 2 });
  });

  it('a project is read without its keys, in what agents get too', async () => {
    const node = { tenantId: 'default', kind: 'client', slug: 'raw', parentId: null };
    const id = await insert('projects', { ...node, name: KEY_LEAK, context: LEAK, labels: { a: LEAK } });
    const safe = { name: KEY_SAFE, context: SAFE };
    expect(await get(`/api/projects/${String(id)}`)).toMatchObject({ ...safe, labels: { a: SAFE } });
    expect(await get(`/api/projects/${String(id)}/context`)).toMatchObject({ steps: [safe], labels: { a: SAFE } });
    await api.plane.collections.projects.deleteOne({ _id: id });
  });
});

it('why a document is malformed is told without what it holds', async () => {
  const id = await insert('messages', { body: 'b', assignedTo: KEY_LEAK });
  await adoptRawMessages(api.plane, [id]);
  const { malformed } = await get('/api/system-health');
  expect(malformed.recent).toMatchObject([{ id: String(id), reason: expect.stringContaining('[redacted]') }]);
});
