import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { createMessage } from '@/lib/services/messages/create-message';
import { createProject } from '@/lib/services/projects/create-project';
import { bodyId } from '@/lib/store/ids';
import { makeActor } from '../support/actors';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';

/** Calls as a model makes them by mistake: each is refused in words it can act on, and changes nothing. */

let mcp: McpTestServer;
let client: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  client = await mcp.connect(await mcp.tokenFor('orchestrator'));
  await mcp.tenant('other');
});
afterAll(() => mcp.stop());

const write = (assignedTo: string, tenantId = 'default') =>
  createMessage(makeActor(mcp.plane, 'operator', { tenantId }), { assignedTo, body: 'work' });
const claimNew = async (agentType: string): Promise<Dispatch> => {
  await write(agentType);
  return mcp.claim(agentType);
};
const messageOf = (id: string) => mcp.plane.collections.messages.findOne({ _id: bodyId('id', id) });
const statusOf = async ({ id }: Dispatch) =>
  (await mcp.plane.collections.dispatches.findOne({ _id: bodyId('id', id) }))!.status;
const encoded = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');

async function refused(tool: string, args: object, dispatch?: Dispatch) {
  const { isError, data, text } = await client.call(tool, { ...args, ...(dispatch ? { dispatch: dispatch.key } : {}) });
  expect(isError, text).toBe(true);
  expect(data.next).toEqual(expect.any(String));
  return data;
}

describe('wait_for_message', () => {
  test.each([-1, 1.5, 60_000, Number.NaN, '5', 1e300])('refuses to wait %s ms', async timeoutMs => {
    const { code, errors } = await refused('wait_for_message', { timeoutMs });
    expect([code, errors[0].path]).toEqual(['validation-failed', 'timeoutMs']);
  });

  test.each(['', '\0', encoded(null), encoded({ floorMs: -1, seen: [] }), encoded({ floorMs: 1, seen: [['x', 1]] })])(
    'refuses to go on from %j',
    async after => {
      const { code, errors } = await refused('wait_for_message', { after, timeoutMs: 0 });
      expect([code, errors[0].path]).toEqual(['validation-failed', 'after']);
    },
  );
});

describe('what is another’s', () => {
  test('is not acknowledged, beside what is one’s own', async () => {
    const own = await write('sales');
    const foreign = await write('sales', 'other');
    const elsewhere = await write('sales');
    const dispatch = await mcp.claim('sales');
    const messageIds = [foreign.id, own.id, elsewhere.id, own.id];
    const { data } = await client.call('acknowledge', { messageIds, dispatch: dispatch.key });
    expect(data).toEqual({ acknowledged: [own.id], unknown: [foreign.id, elsewhere.id] });
    for (const { id } of [foreign, elsewhere]) expect((await messageOf(id))!.ledger.readAt).toBeUndefined();
  });

  test('is not replied to, nor read', async () => {
    const dispatch = await claimNew('finance');
    for (const { id, threadId } of [await write('finance', 'other'), await write('legal')]) {
      const known = await mcp.plane.collections.messages.countDocuments();
      expect(await refused('reply', { messageId: id, body: 'mine' }, dispatch)).toMatchObject({ code: 'not-found' });
      expect(await refused('read_thread', { threadId }, dispatch)).toMatchObject({ code: 'not-found' });
      const into = { to: 'finance', body: 'mine', threadId };
      expect(await refused('send_message', into, dispatch)).toMatchObject({ code: 'not-found' });
      expect(await mcp.plane.collections.messages.countDocuments()).toBe(known);
    }
  });
});

describe('a node that another process took away', () => {
  test('has nothing new hung on it', async () => {
    const person = makeActor(mcp.plane, 'operator');
    const node = { kind: 'client', slug: 'gone', name: 'Gone', parentId: null, context: '', labels: {} } as const;
    const projectId = (await createProject(person, node)).id;
    const filter = { _id: bodyId('projectId', projectId) };
    await mcp.plane.collections.projects.updateOne(filter, { $set: { deletedAt: new Date() } });
    const controller = await mcp.connect(await mcp.tokenFor('controller'));
    const calls = [
      client.call('send_message', { to: 'legal', body: 'x', projectId, dispatch: (await claimNew('research')).key }),
      controller.call('send_message', { to: 'legal', body: 'x', projectId }),
      controller.call('create_run', { intent: 'x', projectId }),
    ];
    for (const { isError, data } of await Promise.all(calls)) {
      expect([isError, data.errors?.[0].path]).toEqual([true, 'projectId']);
    }
  });
});

describe('ask', () => {
  test.each([
    ['deadline', { deadline: '2020-01-01T00:00:00Z', default: 'no' }],
    ['deadline', { deadline: 'tomorrow' }],
    ['default', { options: ['a', 'b'], default: 'c' }],
    ['options', { options: ['a'] }],
    ['to', { to: 'nobody-there' }],
    ['question', { question: '' }],
  ])('with a wrong %s stops nothing (%#)', async (path, more) => {
    const dispatch = await claimNew('design');
    const { code, errors } = await refused('ask', { question: 'Which?', ...more }, dispatch);
    expect([code, errors[0].path]).toEqual(['validation-failed', path]);
    expect(await statusOf(dispatch)).toBe('running');
    await client.call('mark_done', { output: 'done', dispatch: dispatch.key });
  });
});

describe('mark_done', () => {
  test('again answers the first end, whatever it says', async () => {
    const dispatch = await claimNew('qa');
    const first = await client.call('mark_done', { output: 'the answer', dispatch: dispatch.key });
    const second = await client.call('mark_done', { output: 'another', dispatch: dispatch.key });
    expect([second.isError, second.data]).toEqual([false, first.data]);
    const said = await mcp.plane.collections.messages
      .find({ threadId: bodyId('id', dispatch.thread!.id), 'from.kind': 'agent' })
      .toArray();
    expect(said.map(({ body }) => body)).toEqual(['the answer']);
  });
});

test('what is refused is told without the key that was put into it', async () => {
  const dispatch = await claimNew('legal');
  const options = ['yes', 'no'];
  const { errors } = await refused('ask', { question: 'Which?', options, default: dispatch.key }, dispatch);
  expect(errors).toEqual([{ path: 'default', message: expect.stringContaining('_[redacted]') }]);
  await expect(client.call(dispatch.key)).rejects.toThrow(/No tool 'dk_[0-9a-f]{24}_1_\[redacted\]'/);
});

test('a context that a driver made endless is handed on up to its limit, and says so', async () => {
  const { projects } = mcp.plane.collections;
  const node = { kind: 'client' as const, slug: 'long', name: 'Long', parentId: null, context: '', labels: {} };
  const { id: projectId } = await createProject(makeActor(mcp.plane, 'operator'), node);
  await projects.updateOne({ _id: bodyId('id', projectId) }, { $set: { context: 'x'.repeat(200_000) } });
  await mcp.plane.projects.refresh();
  await createMessage(makeActor(mcp.plane, 'operator'), { assignedTo: 'operations', body: 'work', projectId });
  const dispatch = await mcp.claim('operations');
  const mark = '[cut here, at 60000 of 200000 characters]';
  const { data } = await client.call('get_context', { dispatch: dispatch.key });
  expect(data.steps).toEqual([expect.objectContaining({ context: `${'x'.repeat(60_000)}\n\n${mark}` })]);
  expect(dispatch.context.map(({ context }) => context)).toEqual([data.steps[0].context]);
  expect(dispatch.prompt).toContain(mark);
  expect(dispatch.prompt.length).toBeLessThan(100_000);
});

describe('a node that another process has deleted', () => {
  test('takes no message and no run', async () => {
    const { projects, threads } = mcp.plane.collections;
    const gone = { kind: 'client' as const, slug: 'gone', name: 'Gone', parentId: null, context: '', labels: {} };
    const { id: projectId } = await createProject(makeActor(mcp.plane, 'operator'), gone);
    await projects.updateOne({ _id: bodyId('id', projectId) }, { $set: { deletedAt: new Date() } });
    const controller = await mcp.connect(await mcp.tokenFor('controller'));
    const dispatch = await claimNew('design');
    const answers = [
      await refused('send_message', { to: 'human', body: 'x', projectId }, dispatch),
      (await controller.call('send_message', { to: 'human', body: 'x', projectId })).data,
      (await controller.call('create_run', { intent: 'x', projectId })).data,
    ];
    for (const { code, errors } of answers) expect([code, errors[0].path]).toEqual(['validation-failed', 'projectId']);
    expect(await threads.countDocuments({ projectId: bodyId('id', projectId) })).toBe(0);
  });
});

const task = (key: string, more: object = {}) => ({ key, title: key, assignedTo: 'qa', ...more });

describe('plan_tasks', () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => task(`k${at}`));
  const WRONG: [path: string, tasks: object[]][] = [
    ['tasks', []],
    ['tasks', many(101)],
    ['tasks', many(500)],
    ['tasks.1.key', [task('a'), task('a')]],
    ['tasks.0.dependsOn.0', [task('a', { dependsOn: ['a'] })]],
    ['tasks.0.dependsOn.0', [task('a', { dependsOn: ['elsewhere'] })]],
    ['tasks.0.dependsOn.0', [task('a', { dependsOn: ['b'] }), task('b', { dependsOn: ['a'] }), task('c')]],
    ['tasks.1.assignedTo', [task('a'), task('b', { assignedTo: 'nobody-there' })]],
  ];

  test('plans all of a call or nothing', async () => {
    const controller = await mcp.connect(await mcp.tokenFor('controller'));
    const run = await controller.call('create_run', { intent: 'a page' });
    const planner = await mcp.claim('project-management');
    for (const [path, tasks] of WRONG) {
      const { code, errors } = await refused('plan_tasks', { tasks }, planner);
      expect([code, errors[0].path]).toEqual(['validation-failed', path]);
    }
    const { data } = await client.call('list_tasks', { runId: run.data.id, dispatch: planner.key });
    expect(data.items).toEqual([]);
  });
});

describe('handoff', () => {
  const nested = (levels: number): object => (levels === 1 ? {} : { in: nested(levels - 1) });

  test('takes no inputs that HTTP would refuse', async () => {
    const controller = await mcp.connect(await mcp.tokenFor('controller'));
    await controller.call('create_run', { intent: 'a page' });
    const planner = await mcp.claim('project-management');
    const planned = await client.call('plan_tasks', { tasks: [task('a')], dispatch: planner.key });
    const taskId = planned.data.tasks[0].id;
    for (const inputs of [nested(20), nested(2_000), { a: { 'b\0': 1 } }, { a: { _bsontype: 'Long' } }]) {
      const { code, errors } = await refused('handoff', { taskId, inputs, context: '' }, planner);
      expect([code, errors[0].path]).toEqual(['validation-failed', 'inputs']);
    }
    const deepest = { taskId, inputs: nested(19), context: '', dispatch: planner.key };
    const { isError, text } = await client.call('handoff', deepest);
    expect(isError, text).toBe(false);
  });
});

describe('search_messages', () => {
  test.each(['"', '-', '--', '   ', '$where', '"zebra', '-zebra', '\ud800', 'zebra\0yak', '{"$gt":""}'])(
    'takes %j for words, or refuses it',
    async q => {
      const { isError, data } = await client.call('search_messages', { q });
      expect(isError ? data.code : data.items).toEqual(isError ? 'validation-failed' : []);
    },
  );
});
