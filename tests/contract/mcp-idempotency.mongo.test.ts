import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMessage } from '@/lib/services/messages/create-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { CreateTask } from '@/lib/domain/task/schema';
import { bodyId } from '@/lib/store/ids';
import { makeActor } from '../support/actors';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';

/** Tools that create take an `idempotencyKey`, and all of them mean the same by it. */

let mcp: McpTestServer;
let agent: AgentClient;
let controller: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  agent = await mcp.connect(await mcp.tokenFor('orchestrator'));
  controller = await mcp.connect(await mcp.tokenFor('controller'));
  await mcp.plane.collections.agentTypes.updateMany({}, { $set: { concurrency: 100 } });
  mcp.plane.agentTypes.clear();
});
afterAll(() => mcp.stop());

type Args = Record<string, unknown>;

const onMessage = async () => {
  await createMessage(makeActor(mcp.plane, 'operator'), { assignedTo: 'research', body: 'work' });
  return mcp.claim('research');
};
const onTask = async () => {
  const task = CreateTask.parse({ title: 'a task', assignedTo: 'qa' });
  await createTask(makeActor(mcp.plane, 'operator'), task);
  return mcp.claim('qa');
};
const onPlan = async () => {
  await controller.call('create_run', { intent: 'a page on tea' });
  return mcp.claim('project-management');
};
const TASKS = [{ key: 'a', title: 'write', assignedTo: 'legal', deliverables: [{ name: 'text' }] }];
const planned = async () => {
  const { key } = await onPlan();
  const { data } = await agent.call('plan_tasks', { tasks: TASKS, dispatch: key });
  return { key, taskId: data.tasks[0].id as string };
};

/** A call that creates, and the same with one thing changed. */
const CREATING: Record<string, () => Promise<{ args: Args; changed: Args; client?: AgentClient }>> = {
  send_message: async () => ({
    args: { dispatch: (await onMessage()).key, to: 'human', body: 'seen' },
    changed: { body: 'not seen' },
  }),
  reply: async () => {
    const { key, source } = await onMessage();
    return { args: { dispatch: key, messageId: source.id, body: 'seen' }, changed: { body: 'not seen' } };
  },
  ask: async () => ({
    args: { dispatch: (await onMessage()).key, question: 'Which?', options: ['a', 'b'] },
    changed: { options: ['a', 'c'] },
  }),
  report_progress: async () => ({
    args: { dispatch: (await onTask()).key, percent: 40, state: 'half' },
    changed: { percent: 41 },
  }),
  mark_done: async () => ({
    args: { dispatch: (await onMessage()).key, output: 'done' },
    changed: { output: 'other' },
  }),
  submit_result: async () => ({
    args: { dispatch: (await onTask()).key, output: 'done', deliverables: [{ name: 'text', value: 'Tea.' }] },
    changed: { deliverables: [{ name: 'text', value: 'Coffee.' }] },
  }),
  create_run: async () => ({ client: controller, args: { intent: 'a page' }, changed: { intent: 'two pages' } }),
  plan_tasks: async () => ({
    args: { dispatch: (await onPlan()).key, tasks: TASKS },
    changed: { tasks: [{ key: 'b', title: 'write', assignedTo: 'legal' }] },
  }),
  handoff: async () => {
    const { key, taskId } = await planned();
    const inputs = { brief: { tone: 'warm', words: 300 }, source: 'notes.md' };
    return { args: { dispatch: key, taskId, inputs, context: 'c' }, changed: { inputs: { brief: 'none' } } };
  },
  raise_blocker: async () => ({
    args: { dispatch: (await onTask()).key, reason: 'no access', needs: 'a login' },
    changed: { needs: 'a key' },
  }),
};

/** How much there is of everything that a tool could create. */
async function stored(): Promise<number[]> {
  const { messages, tasks, runs, reports, threads } = mcp.plane.collections;
  return Promise.all([messages, tasks, runs, reports, threads].map(collection => collection.countDocuments({})));
}
/** Equal JSON: the same fields in another order. */
const turned = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, field]) => [name, turned(field)]),
  );
};

test('every tool takes `dispatch`; those that create say that they take `idempotencyKey`', async () => {
  const tools = (await agent.tools()) as { name: string; inputSchema: { properties: Record<string, Args> } }[];
  for (const { name, inputSchema } of tools) {
    expect([name, inputSchema.properties['dispatch']]).toEqual([name, expect.objectContaining({ type: 'string' })]);
  }
  const taking = tools.filter(({ inputSchema }) => inputSchema.properties['idempotencyKey']);
  expect(taking.map(({ name }) => name).toSorted()).toEqual(Object.keys(CREATING).toSorted());
  for (const { inputSchema } of taking) {
    expect(inputSchema.properties['idempotencyKey']!['description']).toMatch(/nothing twice.*refused/);
  }
});

describe.each(Object.entries(CREATING))('%s under an idempotencyKey', (tool, prepare) => {
  test('creates once, whatever the order of fields; with other arguments it is refused and changes nothing', async () => {
    const { args, changed, client = agent } = await prepare();
    const keyed = { ...args, idempotencyKey: 'once' };
    const first = await client.call(tool, keyed);
    expect(first.isError, first.text).toBe(false);
    const before = await stored();
    const again = await client.call(tool, turned(keyed) as Args);
    expect(again).toEqual(first);
    const other = await client.call(tool, { ...keyed, ...changed });
    expect(other).toMatchObject({
      isError: true,
      data: { code: 'idempotency-conflict', next: expect.stringContaining('new idempotencyKey') },
    });
    expect(await client.call(tool, keyed)).toEqual(first);
    expect(await stored()).toEqual(before);
  });
});

const progressOf = async (id: string) => (await mcp.plane.collections.dispatches.findOne({ _id: bodyId('id', id) }))!;

describe('progress', () => {
  test('repeated late does not go back', async () => {
    const { id, key } = await onTask();
    const early = { percent: 10, state: 'begun', idempotencyKey: 'early', dispatch: key };
    await agent.call('report_progress', early);
    await agent.call('report_progress', { percent: 50, state: 'half', idempotencyKey: 'half', dispatch: key });
    expect((await agent.call('report_progress', early)).data).toMatchObject({ dispatchId: id, status: 'running' });
    expect((await progressOf(id)).progress).toMatchObject({ percent: 50, state: 'half' });
  });

  test('of a message is no report, and is known again all the same', async () => {
    const { id, key } = await onMessage();
    const args = { percent: 10, state: 'begun', idempotencyKey: 'p', dispatch: key };
    const first = await agent.call('report_progress', args);
    expect((await agent.call('report_progress', args)).data).toEqual(first.data);
    expect((await agent.call('report_progress', { ...args, percent: 11 })).data.code).toBe('idempotency-conflict');
    expect((await progressOf(id)).progress).toMatchObject({ percent: 10 });
  });
});

describe('a repeat after the dispatch is over', () => {
  test('answers what was planned; nothing more is planned', async () => {
    const { id, key } = await onPlan();
    const args = { tasks: TASKS, idempotencyKey: 'plan', dispatch: key };
    const first = await agent.call('plan_tasks', args);
    await mcp.plane.collections.dispatches.updateOne({ _id: bodyId('id', id) }, { $set: { leaseUntil: new Date(0) } });
    expect((await agent.call('plan_tasks', args)).data).toEqual(first.data);
    const fresh = await agent.call('plan_tasks', { ...args, idempotencyKey: 'plan-2' });
    expect(fresh.data.code).toBe('stale-epoch');
  });

  test.each(['submit_result', 'mark_done'])('%s answers the first end, however long ago', async tool => {
    const { id, key } = await onTask();
    const args = { output: 'done', idempotencyKey: 'end', dispatch: key };
    const first = await agent.call(tool, args);
    expect(first.data).toMatchObject({ dispatchId: id, status: 'done' });
    await mcp.plane.collections.dispatches.updateOne(
      { _id: bodyId('id', id) },
      { $set: { keyReadsUntil: new Date(0) } },
    );
    expect((await agent.call(tool, args)).data).toEqual(first.data);
  });
});
