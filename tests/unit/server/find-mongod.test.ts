import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findMongod } from '@/lib/server/mongod/find-mongod';
import { runWatched } from '@/lib/server/mongod/watched-command';

/** Little programs stand in for the binaries and downloaders of other machines; the search itself is the real one. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-find-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function program(path: string, answer: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${answer}\n`);
  chmodSync(path, 0o755);
  return path;
}

const mongod = (path: string, version: string): string => program(path, `echo "db version v${version}"`);

function find(mongodPath?: string) {
  const lines: string[] = [];
  const found = findMongod({ mongodPath, dataDir: join(folder, 'data'), report: line => lines.push(line) });
  return { found, lines };
}

describe('findMongod', () => {
  test('the one that SWITCHBOARD_MONGOD names wins over PATH', async () => {
    mongod(join(folder, 'bin/mongod'), '7.0.1');
    vi.stubEnv('PATH', join(folder, 'bin'));
    const named = mongod(join(folder, 'own/mongod'), '8.0.4');
    expect(await find(named).found).toEqual({ path: named, version: '8.0.4', source: 'SWITCHBOARD_MONGOD' });
  });

  test.each([
    ['is absent', () => '/nowhere/mongod', /ENOENT/],
    ['is too old', () => mongod(join(folder, 'old'), '5.0.9'), /is MongoDB 5\.0\.9; 6\.0 or later/],
    ['is no mongod', () => program(join(folder, 'other'), 'echo hello'), /does not answer like mongod/],
  ])('one that SWITCHBOARD_MONGOD names and that %s stops the start, naming the variable', async (_, make, reason) => {
    const { found } = find(make());
    await expect(found).rejects.toThrow(reason);
    await expect(found).rejects.toThrow(/^SWITCHBOARD_MONGOD: /);
  });

  test('one on PATH is taken before one fetched earlier, unless it is too old', async () => {
    const cached = mongod(join(folder, 'cache/switchboard/mongod/mongod-7.0.28/mongod'), '7.0.28');
    vi.stubEnv('PATH', `${join(folder, 'bin')}:/usr/bin:/bin`);
    mongod(join(folder, 'bin/mongod'), '4.4.0');
    expect(await find().found).toEqual({ path: cached, version: '7.0.28', source: 'fetched earlier' });
    mongod(join(folder, 'bin/mongod'), '6.0.5');
    expect(await find().found).toMatchObject({ source: 'PATH', version: '6.0.5' });
  });

  test('of those fetched earlier the newest that runs is taken', async () => {
    const cache = join(folder, 'cache/switchboard/mongod');
    vi.stubEnv('PATH', '/usr/bin:/bin');
    mongod(join(cache, 'mongod-6.0.5/mongod'), '6.0.5');
    mongod(join(cache, 'mongod-7.0.9/mongod'), '7.0.9');
    program(join(cache, 'mongod-7.0.28/mongod'), 'exit 1');
    expect(await find().found).toMatchObject({ version: '7.0.9' });
  });
});

describe('runWatched', () => {
  const limits = { firstByteMs: 1_000, stallMs: 1_000, totalMs: 20_000, report: () => {} };
  const shell = (script: string) => ({ command: '/bin/sh', args: ['-c', script, 'sh', folder], folder, ...limits });

  test('a downloader that gets nothing is ended within its patience, with everything it started', async () => {
    const startedAt = Date.now();
    await expect(runWatched(shell('sleep 600 & sleep 600'))).rejects.toThrow(/no data for \d+ s/);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  test('one that stalls half way is ended too, one that goes on slowly is not', async () => {
    await expect(runWatched(shell('echo a > $1/part; sleep 600'))).rejects.toThrow(/no data/);
    const slow = 'for i in 1 2 3 4 5 6; do echo a >> $1/slow; sleep 0.4; done';
    await expect(runWatched(shell(slow))).resolves.toBeUndefined();
  });

  test('a failure is told in the last line it printed', async () => {
    await expect(runWatched(shell('echo first >&2; echo "host unreachable" >&2; exit 3'))).rejects.toThrow(
      'host unreachable',
    );
  });

  test('an abort ends it', async () => {
    const signal = AbortSignal.timeout(200);
    await expect(runWatched({ ...shell('sleep 600'), signal })).rejects.toThrow('stopped');
  });
});
