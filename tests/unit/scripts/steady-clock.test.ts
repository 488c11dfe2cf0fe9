import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { lateClock } from '@/tests/support/late-clock';

/** Scripts that wait give up by a clock that nobody sets: by the wall's, set back an hour, they waited an hour more. */

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-scripts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('a command does not wait for ever for another that installs or builds', () => {
  // As the clone of both: the real one's lock is not for tests.
  const clone = makeFolder();
  cpSync('scripts/bootstrap', join(clone, 'scripts/bootstrap'), { recursive: true });
  mkdirSync(join(clone, 'lib/server'), { recursive: true });
  for (const file of readdirSync('lib/server').filter(name => name.endsWith('.mjs')))
    cpSync(join('lib/server', file), join(clone, 'lib/server', file));
  const urlOf = (path: string) => JSON.stringify(pathToFileURL(join(clone, path)).href);
  const script = `
    const { acquireFileLock } = await import(${urlOf('lib/server/file-lock.mjs')});
    const { withPrepareLock } = await import(${urlOf('scripts/bootstrap/prepare-lock.mjs')});
    acquireFileLock(${JSON.stringify(join(clone, 'dist'))}, 'prepare');
    const from = Date.now();
    let asked = 0;
    Date.now = () => from - (asked += 1) * 3_600_000;
    const now = performance.now.bind(performance);
    performance.now = () => now() + (asked += 1) * 3_600_000;
    await withPrepareLock(undefined, () => {}).catch(error => console.log(error.message));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 });
  expect(String(stdout)).toContain('too long');
});

it('a replica set that does not come up is given up', { timeout: 30_000 }, async () => {
  const folder = makeFolder();
  for (const name of ['root-password', 'database-password']) writeFileSync(join(folder, name), 'secret');
  const clock = lateClock(folder);
  const env = {
    ...process.env,
    ...clock.env,
    // None: that fails at once, each time.
    SWITCHBOARD_MEMBERS: '',
    SWITCHBOARD_SECRETS: folder,
    SWITCHBOARD_ROOT_PASSWORD_FILE: join(folder, 'root-password'),
  };
  const script = spawn(process.execPath, [resolve('scripts/deploy/init-replica-set.mjs')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 20_000,
  });
  const ended = once(script, 'exit');
  await once(script.stderr, 'data');
  script.stderr.resume();
  clock.makeLate();
  expect(await ended).toEqual([1, null]);
});
