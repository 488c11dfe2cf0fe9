import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireFileLock, lockHolder } from '@/lib/server/file-lock.mjs';
import { processStartMark } from '@/lib/server/process-identity.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MODULE = pathToFileURL('lib/server/file-lock.mjs').href;

/** A process that takes the lock at a given instant, says whether it has it, and stays. */
async function racer(atMs: number) {
  const program = `
    const { acquireFileLock } = await import(${JSON.stringify(MODULE)});
    while (Date.now() < ${atMs});
    console.log(acquireFileLock(${JSON.stringify(folder)}, 'instance').acquired);
    setInterval(() => {}, 60000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const [answer] = (await once(child.stdout, 'data')) as [Buffer];
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  return { acquired: answer.toString().trim() === 'true', pid: child.pid ?? 0, kill };
}

describe('acquireFileLock', () => {
  test('a free lock is taken, a held one is refused with its holder, a released one is free', () => {
    const first = acquireFileLock(folder, 'instance');
    const second = acquireFileLock(folder, 'instance');
    expect(second).toMatchObject({ acquired: false, holder: { pid: process.pid } });
    expect(lockHolder(folder, 'instance')).toMatchObject({ pid: process.pid });
    if (first.acquired) first.release();
    expect(lockHolder(folder, 'instance')).toBeNull();
    expect(acquireFileLock(folder, 'instance').acquired).toBe(true);
  });

  test('a file that was never written holds nothing, also after the wall clock was set back', () => {
    const path = join(folder, 'instance.1.lock');
    writeFileSync(path, '');
    expect(acquireFileLock(folder, 'instance').acquired).toBe(false);
    const laterSeconds = Date.now() / 1_000 + 3_600;
    utimesSync(path, laterSeconds, laterSeconds);
    expect(acquireFileLock(folder, 'instance').acquired).toBe(true);
  });

  test('two names in one folder are two locks', () => {
    expect(acquireFileLock(folder, 'instance').acquired).toBe(true);
    expect(acquireFileLock(folder, 'prepare').acquired).toBe(true);
    expect(acquireFileLock(folder, 'my-own').acquired).toBe(true);
    expect(acquireFileLock(folder, 'my.own').acquired).toBe(true);
  });

  test('the lock of a process killed with -9 is free at once, and its file goes', async () => {
    const holder = await racer(0);
    expect(acquireFileLock(folder, 'instance')).toMatchObject({ acquired: false, holder: { pid: holder.pid } });
    await holder.kill();
    expect(acquireFileLock(folder, 'instance').acquired).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('a process that was given the number of a dead holder holds nothing', () => {
    const stale = { pid: process.pid, startMark: `${processStartMark(process.pid)}0`, since: '' };
    writeFileSync(join(folder, 'instance.7.lock'), `${JSON.stringify(stale)}\n`);
    expect(acquireFileLock(folder, 'instance').acquired).toBe(true);
    expect(readdirSync(folder)).toEqual(['instance.8.lock']);
  });

  test('a file cut short by a crash of the machine blocks nobody', () => {
    writeFileSync(join(folder, 'instance.1.lock'), '{"pid":\n');
    expect(acquireFileLock(folder, 'instance').acquired).toBe(true);
  });

  test.each(['a free lock', 'a dead holder'])(
    'of six processes that take %s at the same instant one gets it',
    async kind => {
      if (kind === 'a dead holder') {
        const dead = await racer(0);
        await dead.kill();
      }
      const at = Date.now() + 1_000;
      const racers = await Promise.all(Array.from({ length: 6 }, () => racer(at)));
      try {
        expect(racers.filter(({ acquired }) => acquired)).toHaveLength(1);
      } finally {
        await Promise.all(racers.map(({ kill }) => kill()));
      }
    },
  );
});
