import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SkillSession } from '../../../support/skill-session';
import { startFakePlane, type FakePlane } from '../orchestrator/fake-plane';

/** The scripts as they are committed, where the plane takes a resume back as one that waits. */

vi.setConfig({ testTimeout: 60_000 });

let project: string;
let plane: FakePlane;
let session: SkillSession;

beforeEach(async () => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'switchboard-release-')));
  plane = await startFakePlane();
  const env = {
    SWITCHBOARD_URL: plane.server.url,
    SWITCHBOARD_TOKEN: 'swb_orchestrator_one_secret',
    CLAUDE_PROJECT_DIR: project,
  };
  const scripts = resolve('orchestrator-skill', 'skills', 'orchestrator', 'scripts');
  session = new SkillSession({ project, scripts, env });
});
afterEach(async () => {
  await session.end();
  await plane.server.close();
  rmSync(project, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

const spawnOf = async () => (await session.call('next')).dispatches[0].spawn;

it('what was released and resumes goes to the agent that knows it, not to a new one', async () => {
  const first = plane.put({});
  expect(await spawnOf()).toMatchObject({ tool: 'Agent', name: first.id });
  plane.answer = ({ verb, id }) =>
    verb === 'release' ? { status: 200, body: { id, epoch: 1, status: 'waiting' } } : undefined;
  expect(await session.call('release', [first.id])).toMatchObject({ code: 0, status: 'waiting' });
  plane.put({ id: first.id, epoch: 2, mode: 'resume' });
  expect(await spawnOf()).toEqual({ tool: 'SendMessage', to: first.id });
});
