import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';

/** `npm run demo` against the real server: every thread ends as it should, nothing is left running, twice is once more. */

const run = promisify(execFile);
/** Half as long again as the demo itself gives a round. */
const DEMO_WITHIN_MS = 360_000;
/** What `npm run demo` promises of SIGINT and SIGTERM. */
const STOPS_WITHIN_MS = 10_000;
const REFUSES_WITHIN_MS = 30_000;
const PACED_START_MS = 60_000;

interface Item {
  id: string;
  [field: string]: any; // oxlint-disable-line typescript/no-explicit-any -- tests look into answers freely
}

let board: Switchboard;
beforeAll(async () => {
  board = await startSwitchboard();
});
afterAll(async () => {
  expect(await board?.stop()).toBe(0);
});

const environment = () => ({
  ...process.env,
  SWITCHBOARD_URL: '',
  SWITCHBOARD_TOKEN: '',
  SWITCHBOARD_DATA: board.dataDir,
});

const demo = (...args: string[]) =>
  run(process.execPath, ['dist/demo.mjs', '--fast', ...args], { env: environment(), timeout: DEMO_WITHIN_MS });

/** What an aborted start says: its exit code and the line for the person. */
async function refusal(): Promise<{ code: number; stderr: string }> {
  const started = run(process.execPath, ['scripts/run.mjs', 'demo', '--fast'], {
    env: environment(),
    timeout: REFUSES_WITHIN_MS,
  });
  return started.then(
    () => ({ code: 0, stderr: '' }),
    (error: { code: number; stderr: string }) => error,
  );
}

async function list(path: string): Promise<Item[]> {
  const { body } = await board.api('GET', `${path}${path.includes('?') ? '&' : '?'}limit=200`);
  return body.items as Item[];
}

const threadsOf = async (subject: string): Promise<Item[]> =>
  (await list('/api/threads')).filter(({ title }) => title === subject);
const messagesOf = (thread: Item): Promise<Item[]> => list(`/api/threads/${thread.id}/messages`);

const SUBJECTS_DONE = [
  'Launch note, round 1: what may it say?',
  'Do the links of the README hold?',
  'Are the commands of the README there?',
  'Which words carry the README?',
  'Where do the documents speak of "epoch"?',
];
const QUESTION = 'Which line opens the launch note?';

/** Nothing of a demo holds work, is connected, or may connect again. */
async function expectNothingLeft(): Promise<void> {
  expect(await list('/api/dispatches?status=running')).toEqual([]);
  expect(await list('/api/messages?status=queued')).toEqual([]);
  expect(await list('/api/tasks?status=ready')).toEqual([]);
  expect(await list('/api/consumers')).toEqual([]);
  const tokens = (await list('/api/tokens')).filter(({ label }) => label === 'demo team');
  expect(tokens.filter(({ revokedAt }) => revokedAt === null)).toEqual([]);
}

describe('npm run demo', () => {
  it('brings every thread to its end, and leaves one question to a person', { timeout: DEMO_WITHIN_MS }, async () => {
    const { stdout } = await demo();
    expect(stdout).toContain(`${board.url}/threads/`);
    expect(stdout).toMatch(/tool calls +\d+: /);
    expect(stdout).toContain('A question waits for you');
    await expectNothingLeft();

    for (const subject of SUBJECTS_DONE) {
      const [thread, ...others] = await threadsOf(subject);
      expect(others, subject).toEqual([]);
      const messages = await messagesOf(thread!);
      expect(messages[0]!['status'], subject).toBe('done');
      const said = messages.filter(({ from }) => from.kind === 'agent');
      expect(said.length, subject).toBeGreaterThan(0);
      expect(said.filter(({ body }) => !body.includes('demo agent, no model'))).toEqual([]);
    }

    const launch = await messagesOf((await threadsOf(SUBJECTS_DONE[0]!))[0]!);
    expect(launch.filter(({ kind }) => kind === 'answer').map(({ from }) => from.id)).toEqual([
      'research',
      'copywriting',
      'seo',
    ]);
    const resumed = await list(`/api/dispatches?sourceId=${launch[0]!.id}`);
    expect(resumed).toMatchObject([{ epoch: 4, attempt: 1, mode: 'resume', status: 'done' }]);

    const [words] = await threadsOf('Which words carry the README?');
    const tries = await list(`/api/dispatches?threadId=${words!.id}`);
    expect(tries.map(({ attempt, status }) => [attempt, status]).toSorted()).toEqual([
      [1, 'failed'],
      [2, 'done'],
    ]);

    const [asked] = await threadsOf(QUESTION);
    expect(await messagesOf(asked!)).toMatchObject([
      { status: 'waiting', assignedTo: 'copywriting' },
      { kind: 'question', assignedTo: 'human', options: expect.any(Array), body: expect.stringContaining('no model') },
    ]);

    const [legal] = await threadsOf('Is the licence fit for the launch?');
    expect(await messagesOf(legal!)).toMatchObject([{ status: 'cancelled' }]);
    expect(await list(`/api/dispatches?threadId=${legal!.id}`)).toMatchObject([{ status: 'failed', attempt: 1 }]);

    const [second, first] = (await list('/api/tasks')).filter(({ runId }) => runId === null);
    expect(first).toMatchObject({
      status: 'done',
      result: { missing: [], deliverables: [{ name: 'table' }, { name: 'total' }] },
    });
    expect(second).toMatchObject({ status: 'done', dependsOn: [first!.id], result: { missing: [] } });

    const [sheet] = await list('/api/runs');
    expect(sheet).toMatchObject({ status: 'done', plannerType: 'project-management', taskCounts: { done: 6 } });
    expect(sheet!['result'].output).toMatch(/- Write the note from the table: This repository has \d+ files/);

    const { body: stats } = await board.api('GET', '/api/stats');
    expect(stats.toolCalls).toMatchObject({ inFlight: 0, errors: 1 });
    expect(stats.latencyMs.storedToClaimed).not.toBeNull();
  });

  it(
    'runs a second time on the same place, and takes up the answer given meanwhile',
    { timeout: DEMO_WITHIN_MS },
    async () => {
      const places = await list('/api/projects');
      expect(places.map(({ kind, slug }) => [kind, slug])).toEqual([
        ['client', 'northwind'],
        ['brand', 'northwind-labs'],
        ['project', 'switchboard-launch'],
      ]);
      const [asked] = await threadsOf(QUESTION);
      const [, question] = await messagesOf(asked!);
      const chosen = question!['options'][1] as string;
      await board.api('POST', `/api/threads/${asked!.id}/messages`, { body: chosen });

      await demo();
      await expectNothingLeft();
      expect(await list('/api/projects')).toEqual(places);
      for (const subject of [...SUBJECTS_DONE, QUESTION]) expect(await threadsOf(subject), subject).toHaveLength(2);
      const messages = await messagesOf(asked!);
      expect(messages.map(({ kind, status }) => [kind, status])).toEqual([
        ['message', 'done'],
        ['question', 'done'],
        ['answer', 'none'],
        ['message', 'none'],
      ]);
      expect(messages.at(-1)!['body']).toContain(chosen);
    },
  );

  it('gives running work back on SIGINT, and leaves no process behind', { timeout: DEMO_WITHIN_MS }, async () => {
    const child = spawn(process.execPath, ['dist/demo.mjs'], { env: environment(), stdio: 'ignore' });
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
    const begun = async () => [await list('/api/dispatches?status=running'), await list('/api/runs?status=running')];
    await until(async () => (await begun()).every(({ length }) => length > 0), PACED_START_MS);
    const agents = await childrenOf(child);
    expect(agents.length).toBeGreaterThan(0);
    const atMs = Date.now();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(Date.now() - atMs).toBeLessThan(STOPS_WITHIN_MS);
    expect(agents.filter(isAlive)).toEqual([]);
    await expectNothingLeft();
    expect(await list('/api/dispatches?status=released')).not.toEqual([]);
    expect((await list('/api/runs')).map(({ status }) => status)).toEqual(['cancelled', 'done', 'done']);
  });

  it('says what is in its way before it writes anything', async () => {
    const before = await list('/api/threads');
    await board.api('PATCH', '/api/agent-types/seo', { paused: true, revision: 1 });
    expect(await refusal()).toMatchObject({ code: 78, stderr: expect.stringMatching(/seo is paused/) });
    await board.api('PATCH', '/api/agent-types/seo', { paused: false, revision: 2 });

    const own = spawn(process.execPath, ['dist/orchestrator.mjs', '--exec', 'cat', '--types', 'sales'], {
      env: environment(),
      stdio: 'ignore',
    });
    const gone = new Promise(resolve => own.once('exit', resolve));
    await until(async () => (await list('/api/consumers')).some(({ connected }) => connected), PACED_START_MS);
    expect(await refusal()).toMatchObject({ code: 78, stderr: expect.stringMatching(/is connected.*--anyway/) });
    own.kill('SIGTERM');
    await gone;
    await board.api('POST', '/api/messages', { assignedTo: 'research', body: 'for my own agents' });
    expect(await refusal()).toMatchObject({ code: 78, stderr: expect.stringMatching(/1 message.*without any model/) });
    expect(await list('/api/threads')).toHaveLength(before.length + 1);
  });
});

/** The programs that its orchestrator runs, and the guard beside them. */
async function childrenOf({ pid }: ChildProcess): Promise<number[]> {
  const { stdout } = await run('ps', ['-axo', 'pid=,ppid=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number));
  return rows.filter(([, parent]) => parent === pid).map(([own]) => own!);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
