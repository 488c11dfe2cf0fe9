import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';
import { inspector } from './installed';

/** The inspector's command line, which is nobody's client of ours, calls every tool over both transports. */

let board: Switchboard;
let tokens: Record<'agent' | 'orchestrator' | 'controller', string>;
beforeAll(async () => {
  board = await startSwitchboard();
  // A process of its own, beside the one that says it is ready.
  await until(
    () =>
      fetch(board.run.urls.mcp).then(
        () => true,
        () => false,
      ),
    30_000,
  );
  tokens = {
    agent: await board.tokenFor('agent', { agentType: 'research' }),
    orchestrator: await board.tokenFor('orchestrator'),
    controller: await board.tokenFor('controller'),
  };
});
afterAll(async () => {
  expect(await board?.stop()).toBe(0);
});

type Args = Record<string, unknown>;
type Reach = (token: string) => { target: string[]; env: Record<string, string> };

const TRANSPORTS: [string, Reach][] = [
  [
    'http',
    token => ({
      target: [board.run.urls.mcp, '--transport', 'http', '--header', `Authorization: Bearer ${token}`],
      env: {},
    }),
  ],
  [
    'stdio',
    token => ({
      target: [process.execPath, `${process.cwd()}/dist/mcp.mjs`],
      env: {
        MONGODB_URI: board.run.mongodbUri,
        SWITCHBOARD_DB: board.run.database,
        SWITCHBOARD_DATA: board.dataDir,
        SWITCHBOARD_TOKEN: token,
      },
    }),
  ],
];

/** Each call is a client of its own, which connects, calls and leaves. */
class Caller {
  readonly called: string[] = [];
  constructor(private readonly reach: Reach) {}

  async list(): Promise<string[]> {
    const { tools } = await this.#ask(tokens.agent, ['--method', 'tools/list', '--strict']);
    return (tools as { name: string }[]).map(({ name }) => name);
  }

  async call(tool: string, args: Args, token = tokens.orchestrator): Promise<Args> {
    this.called.push(tool);
    const pairs = Object.entries(args).flatMap(([key, value]) => [
      '--tool-arg',
      `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ]);
    const { content } = await this.#ask(token, ['--method', 'tools/call', '--tool-name', tool, ...pairs]);
    return JSON.parse((content as { text: string }[])[0]!.text) as Args;
  }

  async #ask(token: string, what: string[]): Promise<Args> {
    const { target, env } = this.reach(token);
    const variables = Object.entries(env).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
    const { code, stdout, output } = await inspector(['--cli', ...target, ...variables, ...what], env);
    expect(code, `${what.join(' ')}\n${output}`).toBe(0);
    return JSON.parse(stdout) as Args;
  }
}

interface Claimed {
  id: string;
  key: string;
  epoch: number;
  thread: { id: string };
}
async function claim(source: { kind: string; id: string }): Promise<Claimed> {
  const { body } = await board.api(
    'POST',
    '/api/dispatches/claim',
    { consumer: 'inspector', source },
    tokens.orchestrator,
  );
  expect(body.dispatches, JSON.stringify(body)).toHaveLength(1);
  return body.dispatches[0];
}
const send = async () =>
  (await board.api('POST', '/api/messages', { assignedTo: 'research', body: 'Look at the findings.' })).body;
async function taskOf(run: string, kind: string): Promise<string> {
  const { items } = (await board.api('GET', `/api/tasks?runId=${run}`)).body as {
    items: { id: string; kind: string }[];
  };
  return items.find(item => item.kind === kind)!.id;
}

async function asMember(caller: Caller): Promise<void> {
  const message = await send();
  const { key: dispatch, thread } = await claim({ kind: 'message', id: message.id });
  await caller.call('list_agent_types', {});
  await caller.call('get_context', { dispatch });
  await caller.call('list_inbox', { dispatch });
  await caller.call('read_thread', { dispatch, threadId: thread.id });
  await caller.call('search_messages', { dispatch, q: 'findings' });
  await caller.call('acknowledge', { dispatch, messageIds: [message.id] });
  await caller.call('heartbeat', { dispatch });
  await caller.call('report_progress', { dispatch, percent: 50, state: 'half of it' });
  await caller.call('send_message', { dispatch, to: 'human', body: 'for your information' });
  await caller.call('reply', { dispatch, messageId: message.id, body: 'on it' });
  await caller.call('wait_for_message', { dispatch, timeoutMs: 100 });
  await caller.call('mark_done', { dispatch, output: 'done' });
  const other = await claim({ kind: 'message', id: (await send()).id });
  expect(await caller.call('ask', { dispatch: other.key, question: 'which?' })).toMatchObject({ status: 'waiting' });
}

async function inARun(caller: Caller): Promise<void> {
  const made = await caller.call('create_run', { intent: 'Two steps.' }, tokens.controller);
  const runId = (made['runId'] ?? made['id']) as string;
  const { key: dispatch } = await claim({ kind: 'task', id: await taskOf(runId, 'plan') });
  await caller.call('get_run', { dispatch, runId });
  const step = { key: 'a', title: 'the first', assignedTo: 'research', deliverables: [{ name: 'notes' }] };
  await caller.call('plan_tasks', { dispatch, tasks: [step] });
  const taskId = await taskOf(runId, 'work');
  await caller.call('list_tasks', { dispatch, runId });
  await caller.call('get_task', { dispatch, taskId });
  await caller.call('handoff', { dispatch, taskId, inputs: { where: 'here' }, context: 'begin here' });
  const worker = await claim({ kind: 'task', id: taskId });
  await caller.call('raise_blocker', { dispatch: worker.key, reason: 'no access', needs: 'a login' });
  await caller.call('list_reports', { dispatch, taskId });
  const { body: task } = await board.api('POST', '/api/tasks', { title: 'alone', assignedTo: 'research', input: 'x' });
  const alone = await claim({ kind: 'task', id: task.id });
  await caller.call('submit_result', { dispatch: alone.key, output: 'done', deliverables: [] });
}

describe('the inspector’s command line', () => {
  it.each(TRANSPORTS)('calls every tool over %s', { timeout: 240_000 }, async (_, reach) => {
    const caller = new Caller(reach);
    const tools = await caller.list();
    await asMember(caller);
    await inARun(caller);
    expect([...new Set(caller.called)].toSorted()).toEqual(tools.toSorted());
  });
});
