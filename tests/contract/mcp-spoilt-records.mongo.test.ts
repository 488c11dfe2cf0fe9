import { ObjectId, type Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMessage } from '@/lib/services/messages/create-message';
import { createProject } from '@/lib/services/projects/create-project';
import { openRun } from '@/lib/services/runs/open-run';
import { makeActor } from '../support/actors';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';
import { plantSpoilt, type Spoil } from '../support/spoilt-rows';

/**
 * As for HTTP, and more: a client checks a result by its schema and takes it whole or not at all, so that a word in one
 * record that its schema has not would cost all the others.
 */

let mcp: McpTestServer;
let person: AgentClient;
let made: { projectId: string; threadId: string; messageId: string; runId: string; taskId: string; reportId: string };
let planner: string;

beforeAll(async () => {
  mcp = await startMcpServer();
  person = await mcp.connect(await mcp.tokenFor('operator'));
  const operator = makeActor(mcp.plane, 'operator');
  const project = await createProject(makeActor(mcp.plane, 'admin'), {
    kind: 'client',
    slug: 'acme',
    name: 'Acme',
    parentId: null,
    context: 'sells anvils',
    labels: {},
  });
  const message = await createMessage(operator, { assignedTo: 'human', body: 'okapi', projectId: project.id });
  const run = await openRun(operator, {
    intent: 'Sell anvils',
    sessionId: null,
    projectId: project.id,
    plannerType: 'project-management',
  });
  planner = (await mcp.claim('project-management')).key;
  const tasks = ['a', 'b'].map(key => ({ key, title: `Task ${key}`, assignedTo: 'seo' }));
  const plan = await person.call('plan_tasks', { dispatch: planner, tasks });
  const taskId = plan.data.tasks[0].id as string;
  const handed = await person.call('handoff', { dispatch: planner, taskId, inputs: {}, context: 'Begin' });
  const { threadId, id: messageId } = message;
  made = { projectId: project.id, threadId, messageId, runId: run.id, taskId, reportId: handed.data.id };
  for (const spoil of planted()) expect(await plantSpoilt(mcp, spoil), spoil.from).toBeGreaterThan(10);
});
afterAll(() => mcp.stop());

const planted = (): Spoil[] => {
  const runId = new ObjectId(made.runId);
  const threadId = new ObjectId(made.threadId);
  return [
    { from: 'messages', set: { threadId, assignedTo: 'human', kind: 'message', status: 'none', body: 'okapi' } },
    { from: 'tasks', set: { runId, kind: 'work', assignedTo: 'seo', deliverables: [{ name: 'x', description: '' }] } },
    { from: 'reports', set: { runId, taskId: new ObjectId(made.taskId) } },
    { from: 'runs' },
    { from: 'threads' },
    { from: 'projects', fixed: ['slug'] },
    { from: 'agentTypes', fixed: ['slug'] },
  ];
};

/** Every page of it. */
async function readAll(tool: string, args: Document): Promise<{ id: string }[]> {
  const items: { id: string }[] = [];
  let cursor: string | null = null;
  do {
    const page: Document = cursor === null ? {} : { cursor };
    const { isError, text, data } = await person.call(tool, { ...args, limit: 100, ...page });
    expect(isError, text).toBe(false);
    items.push(...data.items);
    cursor = data.nextCursor;
  } while (cursor !== null);
  return items;
}

describe('spoilt records cost nobody', () => {
  const LISTS: [tool: string, args: () => Document, id: () => string][] = [
    ['list_tasks', () => ({}), () => made.taskId],
    ['list_tasks', () => ({ dispatch: planner, runId: made.runId }), () => made.taskId],
    ['list_reports', () => ({}), () => made.reportId],
    ['list_reports', () => ({ dispatch: planner }), () => made.reportId],
    ['list_reports', () => ({ taskId: made.taskId }), () => made.reportId],
    ['list_inbox', () => ({}), () => made.messageId],
    ['search_messages', () => ({ q: 'okapi' }), () => made.messageId],
    ['read_thread', () => ({ threadId: made.threadId }), () => made.messageId],
  ];
  test.each(LISTS)('%s, page after page (%#)', async (tool, args, id) => {
    expect((await readAll(tool, args())).map(item => item.id)).toContain(id());
  });

  const READS: [tool: string, args: () => Document, shown: () => unknown][] = [
    ['get_task', () => ({ taskId: made.taskId }), () => ({ task: { id: made.taskId } })],
    ['get_task', () => ({ dispatch: planner, taskId: made.taskId }), () => ({ task: { id: made.taskId } })],
    [
      'get_run',
      () => ({ runId: made.runId }),
      () => ({ run: { id: made.runId }, tasks: { ready: expect.any(Number) } }),
    ],
    ['get_context', () => ({ projectId: made.projectId }), () => ({ steps: [{ context: 'sells anvils' }] })],
    [
      'list_agent_types',
      () => ({}),
      () => ({ items: expect.arrayContaining([expect.objectContaining({ slug: 'seo' })]) }),
    ],
    ['wait_for_message', () => ({ timeoutMs: 0 }), () => ({ items: [] })],
  ];
  test.each(READS)('%s (%#)', async (tool, args, shown) => {
    const { isError, text, data } = await person.call(tool, args());
    expect(isError, text).toBe(false);
    expect(data).toMatchObject(shown() as object);
  });
});

describe('a record that is spoilt itself', () => {
  const SPOILT: [tool: string, args: (id: string) => Document, from: 'tasks' | 'runs', update: Document][] = [
    ['get_task', taskId => ({ taskId }), 'tasks', { $set: { priority: 'asap' } }],
    ['get_task', taskId => ({ taskId }), 'tasks', { $unset: { dependsOn: 1 } }],
    ['get_task', taskId => ({ taskId, dispatch: planner }), 'tasks', { $unset: { createdAt: 1 } }],
    ['get_run', runId => ({ runId }), 'runs', { $set: { status: 'lost' } }],
    ['get_run', runId => ({ runId }), 'runs', { $unset: { planTaskId: 1 } }],
  ];
  test.each(SPOILT)('is not there for %s (%#)', async (tool, args, from, update) => {
    const { c, good } = { c: mcp.plane.collections[from], good: from === 'tasks' ? made.taskId : made.runId };
    const { _id, openSession: _session, ...row } = (await c.findOne({ _id: new ObjectId(good) } as never))! as Document;
    const copy = new ObjectId();
    await c.insertOne({ ...row, _id: copy } as never);
    await c.updateOne({ _id: copy } as never, update);
    const { isError, data } = await person.call(tool, args(copy.toHexString()));
    expect([isError, data.code]).toEqual([true, 'not-found']);
  });

  test('a thread still shows what is said in it', async () => {
    const { threads } = mcp.plane.collections;
    const { threadId } = await createMessage(makeActor(mcp.plane, 'operator'), {
      assignedTo: null,
      body: 'still here',
    });
    const subjects = [5, ['x'], null];
    for (const subject of subjects) {
      await threads.updateOne({ _id: new ObjectId(threadId) }, {
        $set: { subject, status: 'odd' },
        $unset: { createdAt: 1 },
      } as Document);
      const { data } = await person.call('read_thread', { threadId });
      expect(data).toMatchObject({ thread: { subject: '', status: 'open' }, items: [{ body: 'still here' }] });
    }
  });
});
