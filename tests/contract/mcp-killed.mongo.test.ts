import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CreateTask } from '@/lib/domain/task/schema';
import { createMessage } from '@/lib/services/messages/create-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { bodyId } from '@/lib/store/ids';
import { makeActor } from '../support/actors';
import { connect, startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';
import { programOf } from '../support/program';
import { until } from '../support/switchboard';

/** A call whose server is killed half-way, and the same call again at another process. */

let mcp: McpTestServer;
let token: string;
let agent: AgentClient;
let dataDir: string;

beforeAll(async () => {
  mcp = await startMcpServer();
  token = await mcp.tokenFor('orchestrator');
  agent = await mcp.connect(token);
  dataDir = mkdtempSync(join(tmpdir(), 'switchboard-mcp-'));
});
afterAll(async () => {
  await mcp.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

type Args = Record<string, unknown>;

/** Makes the call at a server of its own, which is killed at the seam. */
async function dieAt(seam: string, tool: string, args: Args): Promise<void> {
  const { uri, name } = mcp.database;
  const child = spawn(process.execPath, [await programOf('mcp-server/src/index.ts'), '--http'], {
    env: {
      ...process.env,
      MONGODB_URI: uri,
      SWITCHBOARD_DB: name,
      SWITCHBOARD_DATA: dataDir,
      SWITCHBOARD_ADMIN_TOKEN: mcp.plane.adminToken,
      SWITCHBOARD_CRASH_AT: seam,
      MCP_PORT: '0',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', chunk => (log += String(chunk)));
  const closed = once(child, 'close');
  const url = () => /"url":"(http:[^"]+)"/.exec(log)?.[1];
  await until(
    () => url() !== undefined,
    60_000,
    () => (child.exitCode === null ? '' : log),
  );
  const client = await connect(url()!, token, '2025-11-25');
  await expect(client.call(tool, args)).rejects.toThrow();
  const [, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  expect(signal, `${tool} was to be killed at ${seam}\n${log}`).toBe('SIGKILL');
  await client.close();
  // What the dead one holds it holds for seconds yet.
  const held = await mcp.plane.collections.idempotencyKeys.updateMany(
    { recordKey: null },
    { $set: { ownedUntil: new Date(0) } },
  );
  expect(held.matchedCount).toBe(1);
}

const operator = () => makeActor(mcp.plane, 'operator');
const onTask = async () => {
  await createTask(operator(), CreateTask.parse({ title: 'a task', assignedTo: 'qa' }));
  return mcp.claim('qa');
};
const refused = async (tool: string, args: Args) => {
  expect((await agent.call(tool, args)).data).toMatchObject({ code: 'idempotency-conflict' });
};
const patience = { timeout: 120_000 };

describe('a call whose server was killed in it', () => {
  test('plan_tasks: the same again plans what is missing, each task once', patience, async () => {
    const controller = await mcp.connect(await mcp.tokenFor('controller'));
    const run = (await controller.call('create_run', { intent: 'a page on tea' })).data;
    const planner = await mcp.claim('project-management');
    const tasks = [
      { key: 'a', title: 'write', assignedTo: 'copywriting' },
      { key: 'b', title: 'check', assignedTo: 'legal', dependsOn: ['a'] },
    ];
    const args = { tasks, idempotencyKey: 'plan', dispatch: planner.key };
    await dieAt('plan:after-tasks', 'plan_tasks', args);
    const stored = mcp.plane.collections.tasks;
    const filter = { runId: bodyId('id', run.id), kind: 'work' as const };
    const before = await stored.find(filter).sort({ key: 1 }).toArray();
    // As though it had been killed between the two.
    await stored.deleteOne({ ...filter, key: 'b' });
    await refused('plan_tasks', { ...args, tasks: tasks.slice(0, 1) });
    const again = await agent.call('plan_tasks', args);
    expect(again.data.tasks).toMatchObject([
      { key: 'a', id: before[0]!._id.toHexString(), status: 'ready' },
      { key: 'b', id: before[1]!._id.toHexString(), status: 'pending' },
    ]);
    expect((await agent.call('plan_tasks', args)).data).toEqual(again.data);
    expect(await stored.countDocuments(filter)).toBe(2);
  });

  test('report_progress: the same again is the same report', patience, async () => {
    const { id, key } = await onTask();
    const args = { percent: 40, state: 'half', idempotencyKey: 'half', dispatch: key };
    await dieAt('progress:after-report', 'report_progress', args);
    // A report is also known by its second.
    const second = new Date().setMilliseconds(1_000);
    await until(() => Date.now() >= second, 30_000);
    await refused('report_progress', { ...args, percent: 41 });
    expect((await agent.call('report_progress', args)).data).toMatchObject({ dispatchId: id, status: 'running' });
    const reports = await mcp.plane.collections.reports.find({ dispatchId: bodyId('id', id) }).toArray();
    expect(reports.map(({ said }) => said)).toEqual([{ percent: 40, state: 'half' }]);
  });

  test('submit_result: the same again is the same end, with one report', patience, async () => {
    const { id, key, source } = await onTask();
    const args = { output: 'made', idempotencyKey: 'end', dispatch: key };
    await dieAt('complete:after-outcome', 'submit_result', args);
    await refused('submit_result', { ...args, output: 'made otherwise' });
    expect((await agent.call('submit_result', args)).data).toMatchObject({
      dispatchId: id,
      status: 'done',
      work: { id: source.id, status: 'done' },
    });
    const reports = await mcp.plane.collections.reports.find({ dispatchId: bodyId('id', id) }).toArray();
    expect(reports).toMatchObject([{ kind: 'result', said: { output: 'made' } }]);
  });

  test('mark_done: the same again is the same end, with one reply', patience, async () => {
    const { threadId } = await createMessage(operator(), { assignedTo: 'research', body: 'work' });
    const { id, key, source } = await mcp.claim('research');
    const args = { output: 'done', idempotencyKey: 'end', dispatch: key };
    await dieAt('complete:after-reply', 'mark_done', args);
    await refused('mark_done', { ...args, output: 'done otherwise' });
    expect((await agent.call('mark_done', args)).data).toMatchObject({
      dispatchId: id,
      status: 'done',
      work: { id: source.id, status: 'done' },
    });
    const said = await mcp.plane.collections.messages.find({ threadId: bodyId('id', threadId) }).toArray();
    expect(said.map(({ body }) => body).toSorted()).toEqual(['done', 'work']);
  });
});
