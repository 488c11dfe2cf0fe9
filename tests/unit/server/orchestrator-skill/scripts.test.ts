import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lateClock } from '../../../support/late-clock';
import { SkillSession } from '../../../support/skill-session';
import { startFakePlane, type FakePlane } from '../orchestrator/fake-plane';

/** The scripts as they are committed, each a process of its own, against a plane that does what a test wants. */

const PATIENCE = { timeout: 20_000, interval: 25 };
vi.setConfig({ testTimeout: 60_000 });

let project: string;
let plane: FakePlane;
let sessions: SkillSession[];

beforeEach(async () => {
  // In a folder with a space, as people have them.
  project = realpathSync(mkdtempSync(join(tmpdir(), 'switchboard scripts-')));
  plane = await startFakePlane();
  sessions = [];
});
afterEach(async () => {
  for (const session of sessions) await session.end();
  await plane.server.close();
  rmSync(project, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

function openSession(): SkillSession {
  const env = {
    SWITCHBOARD_URL: plane.server.url,
    SWITCHBOARD_TOKEN: 'swb_orchestrator_one_secret',
    CLAUDE_PROJECT_DIR: project,
  };
  const scripts = resolve('orchestrator-skill', 'skills', 'orchestrator', 'scripts');
  const session = new SkillSession({ project, scripts, env });
  sessions.push(session);
  return session;
}
const folder = () => join(project, '.claude', 'switchboard');
const ids = ({ dispatches }: { dispatches: { id: string }[] }) => dispatches.map(({ id }) => id);
const released = () => plane.of('release').map(({ id, body }) => `${id}:${String(body['epoch'])}`);

async function beatOf(session: SkillSession): Promise<number> {
  await vi.waitFor(() => expect(session.holders('beat')).toHaveLength(1), PATIENCE);
  return session.holders('beat')[0]!;
}
const kept = (by: FakePlane) => new Set(by.of('heartbeat').map(({ id }) => id));

/** Its output is lost: it is killed when it has written down what it claimed and told the plane of it. */
async function loseNext(session: SkillSession): Promise<void> {
  const next = session.start('next');
  const exited = new Promise(done => next.once('exit', done));
  plane.answer = ({ verb }) => {
    if (verb === 'progress') next.kill('SIGKILL');
    return undefined;
  };
  await exited;
  plane.answer = () => undefined;
}

describe('a claim whose output was lost', () => {
  it('is given back by the next look, and claimed anew', async () => {
    const session = openSession();
    const lost = plane.put({});
    await loseNext(session);
    plane.answer = ({ verb, id }) => {
      if (verb === 'release' && released().length === 0) plane.put({ id, epoch: 2 });
      return undefined;
    };
    expect(ids(await session.call('next'))).toEqual([lost.id]);
    expect(released()).toContain(`${lost.id}:1`);
    await beatOf(session);
  });

  it('is given back by the beat when nobody looks', async () => {
    const session = openSession();
    const lost = plane.put({});
    await loseNext(session);
    await vi.waitFor(() => expect(released()).toEqual([`${lost.id}:1`]), PATIENCE);
  });

  it('is given back at once where it cannot be written down', async () => {
    const session = openSession();
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(folder(), 'dispatches'), 'in the way');
    const lost = [plane.put({}), plane.put({})];
    expect(await session.call('next')).toMatchObject({ code: 1, error: 'internal' });
    expect(released()).toEqual(lost.map(({ id }) => `${id}:1`));
  });

  it('is not what was printed: that has its agent', async () => {
    const session = openSession();
    const printed = plane.put({ leaseMs: 3_000 });
    expect(ids(await session.call('next'))).toEqual([printed.id]);
    expect(await session.call('next')).toMatchObject({ dispatches: [], open: 1 });
    await vi.waitFor(() => expect(plane.of('heartbeat').length).toBeGreaterThan(1), PATIENCE);
    expect(released()).toEqual([]);
  });
});

/** As Claude Code calls it. */
async function hook(session: SkillSession, event: object): Promise<void> {
  const running = session.start('hook');
  const exited = new Promise(done => running.once('exit', done));
  running.stdin!.end(JSON.stringify(event));
  await exited;
}
const ranScript = {
  hook_event_name: 'PostToolUse',
  tool_name: 'Bash',
  tool_input: { command: 'node ".claude/skills/orchestrator/scripts/status.mjs"' },
};
const heartbeats = (id: string) => plane.of('heartbeat').filter(call => call.id === id).length;
async function keptFrom(now: number, id: string): Promise<void> {
  await vi.waitFor(() => expect(heartbeats(id)).toBeGreaterThan(now + 2), PATIENCE);
}
const started = async (session: SkillSession) =>
  Object.fromEntries(
    (await session.call('status')).open.map((one: { id: string; started: unknown }) => [one.id, one.started]),
  );

describe('work that was printed and given to no agent', () => {
  it('is given back when its time is over, and no earlier; what an agent has is not', async () => {
    const session = openSession();
    await hook(session, ranScript);
    const [given, forgotten] = [plane.put({ leaseMs: 3_000 }), plane.put({ leaseMs: 3_000 })];
    plane.strays = [given, forgotten].map(one => ({ ...one, status: 'running' }));
    const clock = lateClock(project);
    expect(ids(await session.call('next', [], '', clock.env))).toEqual([given.id, forgotten.id]);
    const call = { name: given.id, prompt: 'its prompt' };
    await hook(session, { hook_event_name: 'PreToolUse', tool_name: 'Agent', tool_input: call });
    expect(await started(session)).toEqual({ [given.id]: true, [forgotten.id]: false });
    await keptFrom(0, forgotten.id);
    expect(released()).toEqual([]);
    clock.makeLate();
    await vi.waitFor(() => expect(released()).toContain(`${forgotten.id}:1`), PATIENCE);
    await keptFrom(heartbeats(given.id), given.id);
    expect(released()).not.toContain(`${given.id}:1`);
  });

  it('is kept where no hook would have told', async () => {
    const session = openSession();
    const { id } = plane.put({ leaseMs: 3_000 });
    const clock = lateClock(project);
    await session.call('next', [], '', clock.env);
    await keptFrom(0, id);
    clock.makeLate();
    await keptFrom(heartbeats(id), id);
    expect(released()).toEqual([]);
  });
});

describe('the leases', () => {
  it('are kept with the connection that worked last, when the one before it is void', async () => {
    const session = openSession();
    const first = plane.put({ leaseMs: 3_000 });
    await session.call('next');
    await vi.waitFor(() => expect(kept(plane)).toContain(first.id), PATIENCE);
    plane.answer = () => ({ status: 401, body: { code: 'unauthenticated' } });
    const moved = await startFakePlane();
    try {
      const second = moved.put({ leaseMs: 3_000 });
      await session.call('next', [], '', { SWITCHBOARD_URL: moved.server.url });
      await vi.waitFor(() => expect(kept(moved)).toEqual(new Set([first.id, second.id])), PATIENCE);
    } finally {
      await session.end();
      await moved.server.close();
    }
  });

  it('are kept again after their beat was killed, though no script is run', async () => {
    const session = openSession();
    plane.put({ leaseMs: 3_000 });
    await session.call('next');
    session.watch();
    const beat = await beatOf(session);
    process.kill(beat, 'SIGKILL');
    await vi.waitFor(() => expect(session.holders('beat')).not.toEqual([beat]), PATIENCE);
    expect(await beatOf(session)).not.toBe(beat);
  });

  it('go on when the state file cannot be written, and what was heard is written down later', async () => {
    const session = openSession();
    const { id } = plane.put({ leaseMs: 3_000 });
    await session.call('next');
    const beat = await beatOf(session);
    const inTheWay = join(folder(), `state.json.${beat}.draft`);
    mkdirSync(inTheWay);
    plane.answer = ({ verb }) =>
      verb === 'heartbeat'
        ? { status: 200, body: { id, epoch: 1, status: 'cancelling', leaseUntil: null, cancelRequested: true } }
        : undefined;
    const before = plane.of('heartbeat').length;
    await vi.waitFor(() => expect(plane.of('heartbeat').length).toBeGreaterThan(before + 2), PATIENCE);
    rmSync(inTheWay, { recursive: true });
    const stop = () => JSON.parse(readFileSync(join(folder(), 'state.json'), 'utf8')).dispatches[id].phase as string;
    await vi.waitFor(() => expect(stop()).toBe('cancel'), PATIENCE);
    expect(session.holders('beat')).toEqual([beat]);
  });
});

it('what has to be stopped is rung for again, should the first ring have been lost', async () => {
  const session = openSession();
  const { id } = plane.put({ leaseMs: 3_000 });
  plane.answer = ({ verb }) =>
    verb === 'heartbeat'
      ? { status: 200, body: { id, epoch: 1, status: 'cancelling', leaseUntil: null, cancelRequested: true } }
      : undefined;
  await session.call('next');
  const clock = lateClock(project);
  const watch = session.watch([], clock.env);
  const rings = () => watch.lines().filter(line => line.includes('"stop":1')).length;
  await vi.waitFor(() => expect(rings()).toBe(1), PATIENCE);
  await new Promise(done => setTimeout(done, 1_000));
  expect(rings()).toBe(1);
  clock.makeLate();
  await vi.waitFor(() => expect(rings()).toBe(2), PATIENCE);
});

/** Sent to a process that stands still. */
const isSignalWaiting = (pid: number): boolean =>
  /^ShdPnd:\t0*[1-9a-f]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

describe('two sessions in one project', () => {
  it('leave each other the work: each is shown its own, until the other is gone', async () => {
    const [first, second] = [openSession(), openSession()];
    const mine = plane.put({});
    await first.call('next');
    plane.answer = ({ verb }) =>
      verb === 'heartbeat'
        ? {
            status: 200,
            body: { id: mine.id, epoch: 1, status: 'cancelling', leaseUntil: null, cancelRequested: true },
          }
        : undefined;
    const record = { id: mine.id, epoch: 1, status: 'cancelling' };
    plane.strays = [record];
    const stop = [{ id: mine.id, why: 'cancel' }];
    expect(await first.call('status')).toMatchObject({ open: [{ id: mine.id }], stop });
    expect(await second.call('status')).toMatchObject({ open: [], stop: [], handIn: [] });
    expect(await second.call('next')).toMatchObject({ dispatches: [], open: 0, stop: [] });
    process.kill(await beatOf(first), 'SIGKILL');
    await first.leave();
    expect(await second.call('status')).toMatchObject({ stop });
    await beatOf(second);
  });

  it('tell the one whose doorbell the other took that it was replaced, and not to start it again', async () => {
    const first = openSession().watch();
    await vi.waitFor(() => expect(sessions[0]!.holders('watch')).toHaveLength(1), PATIENCE);
    const second = openSession().watch();
    expect(await first.exited).toBe(0);
    expect(first.lines()).toEqual(['{"state":"replaced"}']);
    await vi.waitFor(() => expect(sessions[0]!.holders('watch')).toEqual([second.child.pid]), PATIENCE);
    second.child.kill('SIGTERM');
    expect(await second.exited).toBe(0);
    expect(second.lines()).toEqual(['{"state":"stopped"}']);
  });

  it('that is stopped before it has the doorbell says so too', async () => {
    const first = openSession().watch();
    await vi.waitFor(() => expect(sessions[0]!.holders('watch')).toHaveLength(1), PATIENCE);
    // It does not hear that it is to make room.
    first.child.kill('SIGSTOP');
    const second = openSession().watch();
    await vi.waitFor(() => expect(isSignalWaiting(first.child.pid!)).toBe(true), PATIENCE);
    second.child.kill('SIGTERM');
    first.child.kill('SIGCONT');
    expect(await second.exited).toBe(0);
    expect(second.lines()).toEqual(['{"state":"stopped"}']);
    expect(await first.exited).toBe(0);
  });
});

describe('an answer that is handed in without its text', () => {
  it('is asked for under an end word that is new each time, where no hook took it down', async () => {
    const session = openSession();
    const { id } = plane.put({});
    await session.call('next');
    await beatOf(session);
    plane.answer = ({ verb }) => (verb === '' ? { status: 200, body: { id, epoch: 1, status: 'running' } } : undefined);
    const answers = [await session.call('done', [id]), await session.call('done', [id])];
    for (const answer of answers) expect(answer).toMatchObject({ code: 1, error: 'no-output' });
    const words = answers.map(({ fix }) => /<<'(END_[0-9a-f]{16})'/.exec(fix as string)?.[1]);
    expect(new Set([...words, undefined]).size).toBe(3);
  });

  it('is asked for too where the hook was told of the end and of no words: silence is not handed in', async () => {
    const session = openSession();
    const { id } = plane.put({});
    await session.call('next');
    await beatOf(session);
    const path = join(folder(), 'state.json');
    const state = JSON.parse(readFileSync(path, 'utf8'));
    Object.assign(state.dispatches[id], { agent: 'a1', handed: 1 });
    writeFileSync(path, JSON.stringify(state));
    await hook(session, { hook_event_name: 'SubagentStop', agent_id: 'a1' });
    plane.answer = ({ verb }) => (verb === '' ? { status: 200, body: { id, epoch: 1, status: 'running' } } : undefined);
    expect(await session.call('status')).toMatchObject({ handIn: [{ id }] });
    expect(await session.call('done', [id])).toMatchObject({ code: 1, error: 'no-output' });
    expect(plane.of('complete')).toEqual([]);
  });

  it('is not asked for while the agent was not given its next turn: what ended was the one before', async () => {
    const session = openSession();
    const { id } = plane.put({});
    await session.call('next');
    await beatOf(session);
    const path = join(folder(), 'state.json');
    const state = JSON.parse(readFileSync(path, 'utf8'));
    Object.assign(state.dispatches[id], { epoch: 2, handed: 1 });
    writeFileSync(path, JSON.stringify(state));
    expect(await session.call('done', [id])).toMatchObject({ code: 0, status: 'running' });
  });
});
