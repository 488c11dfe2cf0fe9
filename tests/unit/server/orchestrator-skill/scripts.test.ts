import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
