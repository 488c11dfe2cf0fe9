import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SkillSession } from '../../../support/skill-session';
import { startFakePlane, type FakePlane } from '../orchestrator/fake-plane';

/** When `watch` rings, and how it goes: a process of its own, against a plane that does what a test wants. */

const PATIENCE = { timeout: 20_000, interval: 25 };
vi.setConfig({ testTimeout: 60_000 });

let project: string;
let plane: FakePlane;
let session: SkillSession;

beforeEach(async () => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'switchboard doorbell-')));
  plane = await startFakePlane();
  session = new SkillSession({
    project,
    scripts: resolve('orchestrator-skill', 'skills', 'orchestrator', 'scripts'),
    env: {
      SWITCHBOARD_URL: plane.server.url,
      SWITCHBOARD_TOKEN: 'swb_orchestrator_one_secret',
      CLAUDE_PROJECT_DIR: project,
    },
  });
});
afterEach(async () => {
  await session.end();
  await plane.server.close();
  rmSync(project, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

const streams = () => plane.server.requests.filter(({ url }) => url.startsWith('/api/events')).length;
const isLive = (count: number) => vi.waitFor(() => expect(streams()).toBe(count), PATIENCE);

describe('watch --once', () => {
  it('rings for work that is due, and is silent about it when it is started again while it stays due', async () => {
    plane.answer = ({ verb }) => (verb === '' ? { status: 200, body: { oldestDueSeconds: 60 } } : undefined);
    const first = session.watch(['--once']);
    expect(await first.exited).toBe(0);
    expect(first.lines().map(line => JSON.parse(line))).toEqual([{ do: 'next', due: true }]);
    const second = session.watch(['--once']);
    await isLive(2);
    await new Promise(done => setTimeout(done, 3_000));
    expect(second.lines()).toEqual([]);
    // What is new rings as ever.
    plane.put({});
    expect(await second.exited).toBe(0);
    expect(second.lines().map(line => JSON.parse(line))).toEqual([{ do: 'next', events: { 'message-created': 1 } }]);
  });
});

describe('a watch that is replaced', () => {
  it('makes room at once, also where the server takes its last acknowledgement and says nothing', async () => {
    plane.answer = ({ verb }) => (verb === 'ack' ? 'nothing' : undefined);
    const first = session.watch();
    await isLive(1);
    plane.put({});
    await vi.waitFor(() => expect(first.lines()).toHaveLength(1), PATIENCE);
    const second = session.watch();
    expect(await first.exited).toBe(0);
    await vi.waitFor(() => expect(session.holders('watch')).toEqual([second.child.pid]), PATIENCE);
  });
});
