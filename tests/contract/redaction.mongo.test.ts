import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { PlannedTask } from '@/lib/domain/run/plan';
import { resolveCaller } from '@/lib/services/identity/caller';
import { planTasks } from '@/lib/services/runs/plan-tasks';
import { clientName } from '@/mcp-server/src/server';
import { makeActor } from '@/tests/support/actors';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';
import { hasLeak, KEY_LEAK, KEY_SAFE, LEAK, leakingDocuments, SAFE } from '@/tests/support/leaks';

/** Whatever is sent where: no record of it holds a key, in the answer or in any collection. */

let api: ApiServer;
let night: string;
beforeAll(async () => {
  api = await startApiServer();
  night = await api.tokenFor('orchestrator');
  await api.plane.collections.agentTypes.updateMany({}, { $set: { concurrency: 100 } });
  api.plane.agentTypes.clear();
});
const told = new Set<string>();
afterEach(async () => {
  const leaks = await leakingDocuments(api);
  const fresh = leaks.filter(place => !told.has(place));
  for (const place of fresh) told.add(place);
  expect(fresh).toEqual([]);
});
afterAll(() => api.stop());

const send = async (method: string, path: string, body?: unknown, more: object = {}) => {
  const answer = await api.call(method, path, { body, ...more });
  expect(answer.status, answer.text).toBeLessThan(300);
  expect(hasLeak(answer.body ?? null)).toBe(false);
  return answer.body;
};
const post = (path: string, body: unknown) => send('POST', path, body);
const patch = (path: string, body: unknown) => send('PATCH', path, body);
const claim = async (kind: string, id: string): Promise<Dispatch> => {
  const body = { consumer: 'night', source: { kind, id } };
  const { dispatches, reason } = await send('POST', '/api/dispatches/claim', body, { token: night });
  expect(dispatches, reason).toHaveLength(1);
  return dispatches[0];
};
const act = (verb: string, { id, epoch }: Dispatch, body: object) =>
  send('POST', `/api/dispatches/${id}/${verb}`, { epoch, ...body }, { token: night });
const report = ({ key }: Dispatch, body: object) =>
  send('POST', '/api/reports', body, { token: night, headers: { 'x-dispatch-key': key } });

const SETTINGS = { name: KEY_LEAK, description: LEAK, systemPrompt: LEAK, tools: [`Bash(curl ${KEY_LEAK})`] };
const SAFE_SETTINGS = { name: KEY_SAFE, description: SAFE, systemPrompt: SAFE, tools: [`Bash(curl ${KEY_SAFE})`] };
const NODE = { name: KEY_LEAK, context: LEAK, labels: { a: LEAK } };
const SAFE_NODE = { name: KEY_SAFE, context: SAFE, labels: { a: SAFE } };
const WORK = { title: LEAK, input: LEAK, deliverables: [{ name: KEY_LEAK, description: LEAK }] };
const SAFE_WORK = { title: SAFE, input: SAFE, deliverables: [{ name: KEY_SAFE, description: SAFE }] };

const made = {
  task: () => post('/api/tasks', { title: 't', assignedTo: 'qa' }),
  thread: () => post('/api/threads', { subject: 's' }),
  node: (slug: string) => post('/api/projects', { kind: 'client', slug, name: 'n' }),
  type: (slug: string) => post('/api/agent-types', { slug, name: 'n' }),
};

const WRITES: [string, () => Promise<object>, object][] = [
  ['a task', () => post('/api/tasks', { ...WORK, assignedTo: 'qa' }), SAFE_WORK],
  ['a changed task', async () => patch(`/api/tasks/${(await made.task()).id}`, WORK), SAFE_WORK],
  ['a thread', () => post('/api/threads', { subject: LEAK }), { subject: SAFE }],
  [
    'a changed thread',
    async () => patch(`/api/threads/${(await made.thread()).id}`, { subject: LEAK }),
    { subject: SAFE },
  ],
  ['a message', () => post('/api/messages', { subject: LEAK, body: LEAK, assignedTo: 'qa' }), { body: SAFE }],
  ['a project', () => post('/api/projects', { kind: 'client', slug: 'one', ...NODE }), SAFE_NODE],
  ['a changed project', async () => patch(`/api/projects/${(await made.node('two')).id}`, NODE), SAFE_NODE],
  ['an agent type', () => post('/api/agent-types', { slug: 'one', ...SETTINGS }), SAFE_SETTINGS],
  [
    'a changed agent type',
    async () => patch(`/api/agent-types/${(await made.type('two')).slug}`, { revision: 1, ...SETTINGS }),
    SAFE_SETTINGS,
  ],
  ['a run', () => post('/api/runs', { intent: LEAK, sessionId: KEY_LEAK }), { intent: SAFE, sessionId: KEY_SAFE }],
  ['a tenant', () => post('/api/tenants', { tenantId: 'other', name: KEY_LEAK }), { name: KEY_SAFE }],
  [
    'a token',
    () => post('/api/tokens', { role: 'orchestrator', label: KEY_LEAK, account: KEY_LEAK }),
    { label: KEY_SAFE, account: KEY_SAFE },
  ],
];
test.each(WRITES)('%s', async (_what, write, safe) => {
  expect(await write()).toMatchObject(safe);
});

test('imported agent types', async () => {
  const raw = JSON.stringify({ agentTypes: [{ slug: 'three', ...SETTINGS }] });
  await send('POST', '/api/agent-types/import', undefined, { raw, headers: { 'content-type': 'application/yaml' } });
  expect(await send('GET', '/api/agent-types/three')).toMatchObject(SAFE_SETTINGS);
});

test('what an orchestrator tells of a dispatch', async () => {
  const running = await claim('task', (await made.task()).id);
  await act('progress', running, { percent: 1, state: LEAK, agentId: KEY_LEAK, transcriptUrl: `x:${LEAK}` });
  expect(await send('GET', `/api/dispatches/${running.id}`)).toMatchObject({
    progress: { state: SAFE },
    agentId: KEY_SAFE,
    transcriptUrl: `x:${SAFE}`,
  });
  await act('complete', running, { output: LEAK });
  await act('fail', await claim('task', (await made.task()).id), { error: LEAK, retryable: false });
});

test('what a worker reports', async () => {
  const { id: taskId } = await made.task();
  const working = await claim('task', taskId);
  await report(working, { kind: 'progress', taskId, percent: 1, state: LEAK });
  await report(working, { kind: 'blocker', taskId, reason: LEAK, needs: LEAK });
  const { id } = await made.task();
  const options = [LEAK, 'no'];
  await report(await claim('task', id), { kind: 'question', taskId: id, question: LEAK, options, default: LEAK });
});

test('a deliverable is known by its name as it is stored, whichever way it is written', async () => {
  const deliverables = [{ name: KEY_LEAK }];
  const first = await post('/api/tasks', { title: 't', assignedTo: 'qa', deliverables });
  const second = await post('/api/tasks', { title: 't', assignedTo: 'qa', deliverables, dependsOn: [first.id] });
  const handover = { kind: 'handoff', taskId: second.id, inputs: { [KEY_LEAK]: [LEAK] }, context: LEAK };
  expect(await post('/api/reports', handover)).toMatchObject({ inputs: { [KEY_SAFE]: [SAFE] }, context: SAFE });
  for (const [{ id: taskId }, name] of [
    [first, KEY_LEAK],
    [second, KEY_SAFE],
  ] as const) {
    const delivered = [{ name, value: LEAK, path: LEAK, url: `https://x/${KEY_LEAK}` }];
    await report(await claim('task', taskId), { kind: 'result', taskId, output: LEAK, deliverables: delivered });
    expect(await send('GET', `/api/tasks/${taskId}`)).toMatchObject({
      status: 'done',
      result: { missing: [], deliverables: [{ name: KEY_SAFE, value: SAFE }] },
    });
  }
});

test('what a planner plans; the same plan again is the same', async () => {
  const run = await post('/api/runs', { intent: LEAK });
  const { key } = await claim('task', run.planTaskId);
  const caller = await resolveCaller(makeActor(api.plane, 'orchestrator'), key);
  const tasks = [PlannedTask.parse({ key: 'a', assignedTo: 'qa', ...WORK })];
  const [planned] = await planTasks(caller, tasks);
  expect(planned).toMatchObject(SAFE_WORK);
  expect(await planTasks(caller, tasks)).toEqual([planned]);
});

test('what is refused is told without it, and no name of a caller’s own is one', async () => {
  const { id: taskId } = await made.task();
  const { key } = await claim('task', taskId);
  const options = ['yes', 'no'];
  const question = { kind: 'question', taskId, question: 'Which?', options, default: LEAK };
  const plan = { title: 't', assignedTo: 'qa', deliverables: [] };
  const answers = [
    await api.call('POST', '/api/reports', { body: question, token: night, headers: { 'x-dispatch-key': key } }),
    await api.call('POST', '/api/dispatches/claim', { body: { consumer: KEY_LEAK }, token: night }),
  ];
  for (const { status, body } of answers) {
    expect([status, body.code]).toEqual([422, 'validation-failed']);
    expect(hasLeak(body)).toBe(false);
  }
  expect(PlannedTask.safeParse({ ...plan, key: KEY_LEAK }).success).toBe(false);
  expect(PlannedTask.safeParse({ ...plan, key: 'dk_landing-page' }).success).toBe(true);
});

test('what a client calls itself', () => {
  expect(hasLeak(clientName(LEAK))).toBe(false);
  expect(clientName(`an agent ${KEY_LEAK}`)).toBe(`an agent ${KEY_SAFE}`);
});
