import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Report } from '@/lib/domain/report/schema';
import type { Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import { programOf } from '../support/program';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';
import { startOrchestrator, stopOrchestrators, type OrchestratorProcess } from './orchestrator-process';

/**
 * A whole run by real processes: scripted agents under headless orchestrators, tools over MCP. Thirty tasks of five
 * types with dependencies; three questions, one answered by the planner, one by silence, one by a person; two blockers;
 * one missing deliverable. It ends in exactly these states, also with two orchestrators killed in the middle and
 * then, while the planner is at work, everything at once, the database too.
 */
let board: Switchboard;
let agentProgram: string;
beforeAll(async () => {
  agentProgram = await programOf('tests/e2e/agents/run-agent.mjs');
  board = await startSwitchboard();
  for (const slug of [...TYPES, 'project-management']) await quicken(slug);
});
afterEach(stopOrchestrators);
afterAll(async () => {
  expect(await board?.stop()).toBe(0);
});

const TYPES = ['research', 'copywriting', 'engineering', 'qa', 'legal'];
const COUNT = 30;
/** A lease this short is found to have lapsed within the test; it is far longer than a beat is apart. */
const LEASE_MS = 10_000;
const SPECIAL: Record<number, string> = { 2: 'ask', 4: 'default', 6: 'climb', 8: 'block', 11: 'block', 28: 'lack' };
const STRANDED = 29;
const patience = { timeout: 360_000 };
const WITHIN_MS = 300_000;

async function quicken(slug: string): Promise<void> {
  const { revision, thresholds } = (await board.api('GET', `/api/agent-types/${slug}`)).body;
  const body = { revision, concurrency: 10, thresholds: { ...thresholds, leaseMs: LEASE_MS } };
  expect((await board.api('PATCH', `/api/agent-types/${slug}`, body)).status).toBe(200);
}

/** Numbers that are the same every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function planOf(seed: number): object[] {
  const next = random(seed);
  return Array.from({ length: COUNT }, (_, at) => {
    const early = at < 10 ? 0 : Math.floor(next() * 3);
    const needs = Array.from({ length: early }, () => `t${Math.floor(next() * Math.min(at, 28))}`);
    return {
      key: `t${at}`,
      title: `task ${at}`,
      assignedTo: TYPES[at % TYPES.length],
      input: SPECIAL[at] ?? 'make',
      dependsOn: at === STRANDED ? ['t28'] : [...new Set(needs)],
      deliverables: [{ name: 'made' }],
    };
  });
}

const started: OrchestratorProcess[] = [];
function orchestrator(name: string, capacity = 5): OrchestratorProcess {
  const exec = `exec ${process.execPath} '${agentProgram}'`;
  const each = startOrchestrator(board, ['--exec', exec, '--capacity', String(capacity), '--consumer', name]);
  started.push(each);
  return each;
}
const openRun = async (seed: number): Promise<Run> => {
  const intent = JSON.stringify({ tasks: planOf(seed) });
  const answer = await board.api('POST', '/api/runs', { intent, sessionId: `seed-${seed}` });
  expect(answer.status).toBe(201);
  return answer.body;
};
const tasksOf = async (run: Run): Promise<Task[]> =>
  (await board.api('GET', `/api/tasks?runId=${run.id}&limit=200`)).body.items.filter(
    ({ kind }: Task) => kind === 'work',
  );
const untilDone = (run: Run, count: number): Promise<void> =>
  until(async () => (await tasksOf(run)).filter(({ status }) => status === 'done').length >= count, WITHIN_MS);
const statusOf = async (run: Run) => ((await board.api('GET', `/api/runs/${run.id}`)).body as Run).status;

/** A person who answers what climbed up, and nothing else, until the run is over. */
async function followAsPerson(run: Run): Promise<void> {
  await until(async () => {
    const { items } = (await board.api('GET', '/api/inbox?kind=question')).body;
    for (const item of items.filter(({ runId }: { runId?: string }) => runId === run.id)) {
      expect(item).toMatchObject({ text: 'left to people', overdue: true });
      const body = { body: 'a person says so', inReplyTo: item.id };
      await board.api('POST', `/api/threads/${item.threadId}/messages`, body);
    }
    return !['planning', 'running', 'blocked'].includes(await statusOf(run));
  }, WITHIN_MS).catch(async (error: unknown) => {
    throw new Error(await whatIsOpen(run), { cause: error });
  });
}

const get = async (path: string) => (await board.api('GET', path)).body;
const isOpen = ({ status }: { status: string }) => !['done', 'incomplete', 'cancelled'].includes(status);

/** What a run that does not end stands on: without it such a failure says nothing but that time is up. */
async function whatIsOpen(run: Run): Promise<string> {
  const [now, tasks, dispatches, inbox] = [
    await get(`/api/runs/${run.id}`),
    (await get(`/api/tasks?runId=${run.id}&limit=200`)).items,
    (await get(`/api/dispatches?runId=${run.id}&limit=200`)).items,
    (await get('/api/inbox')).items,
  ];
  const planned = dispatches.filter((each: Dispatch) => each.source.id === now.planTaskId);
  const said = started.map(({ lines, child }) => ({ exit: child.exitCode, lines: lines().slice(-40) }));
  const open = { tasks: tasks.filter(isOpen), dispatches: dispatches.filter(isOpen) };
  return JSON.stringify({ now, ...open, planned, inbox, said }, null, 1);
}

async function expectTheStatedEnd(run: Run): Promise<void> {
  expect((await board.api('GET', `/api/runs/${run.id}`)).body).toMatchObject({
    status: 'done',
    reason: null,
    result: { output: `${COUNT} tasks are over` },
  });
  await until(async () => (await tasksOf(run)).every(({ status }) => status !== 'pending'), WITHIN_MS);
  const tasks = new Map((await tasksOf(run)).map(task => [task.key, task]));
  const expected = Object.fromEntries(
    Array.from({ length: COUNT }, (_, at) => [
      `t${at}`,
      SPECIAL[at] === 'lack' ? 'incomplete' : at === STRANDED ? 'cancelled' : 'done',
    ]),
  );
  expect(Object.fromEntries([...tasks].map(([key, { status }]) => [key, status]))).toEqual(expected);
  expect(tasks.get('t28')!.result!.missing).toEqual(['made']);
  expect(tasks.get('t2')!.result!.output).toContain('answer to: please answer this');
  expect(tasks.get('t4')!.result!.output).toBe('the default');
  expect(tasks.get('t6')!.result!.output).toBe('a person says so');
  expect(tasks.get('t8')!.result!.output).toContain('answer to: Blocked: no access');

  const reports: Report[] = (await board.api('GET', `/api/reports?runId=${run.id}&limit=200`)).body.items;
  const of = (kind: string) => reports.filter(report => report.kind === kind && report.taskId !== run.planTaskId);
  const tasksWith = (kind: string) => new Set(of(kind).map(({ taskId }) => taskId)).size;
  // Each task was done once, whoever was killed on the way; one that was killed may have asked again.
  expect([of('result').length, tasksWith('result')]).toEqual([29, 29]);
  expect([tasksWith('question'), tasksWith('blocker')]).toEqual([3, 2]);
  const { items } = (await board.api('GET', '/api/inbox')).body;
  expect(items.filter(({ runId }: { runId?: string }) => runId === run.id)).toEqual([]);
}

describe('a run of thirty tasks', () => {
  it('ends in exactly the stated states', patience, async () => {
    orchestrator('day-1');
    const run = await openRun(1);
    await followAsPerson(run);
    await expectTheStatedEnd(run);
  });

  it('so it does with two orchestrators killed in the middle, and later everything at once', patience, async () => {
    const killed = [orchestrator('night-1', 3), orchestrator('night-2', 3)];
    const run = await openRun(2);
    await untilDone(run, 6);
    await Promise.all(killed.map(each => each.kill('SIGKILL')));
    expect(await statusOf(run)).not.toBe('done');
    const next = orchestrator('night-3');
    await untilDone(run, 12);
    await Promise.all([next.kill('SIGKILL'), board.kill()]);
    process.kill(board.run.pids.mongod!, 'SIGKILL');
    await board.restart();
    expect(await statusOf(run)).not.toBe('done');
    orchestrator('night-4');
    await followAsPerson(run);
    await expectTheStatedEnd(run);
  });
});
