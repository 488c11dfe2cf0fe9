import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claimDataFolder, readRunFile, removeRunFile, type RunRecord, writeRunFile } from '@/lib/server/run-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = (web: number): RunRecord => ({
  startedAt: '2026-01-01T00:00:00.000Z',
  mongodbUri: 'mongodb://127.0.0.1:20000/?directConnection=true',
  database: 'switchboard',
  urls: { web: 'http://127.0.0.1:7777', mcp: 'http://127.0.0.1:7779/mcp' },
  pids: { web, mcp: 2, mongod: 3 },
});

describe('the run file', () => {
  test('what was written is read back while the server lives, and only its user may read it', () => {
    writeRunFile(folder, record(process.pid));
    expect(readRunFile(folder)).toEqual(record(process.pid));
    expect(statSync(join(folder, 'run.json')).mode & 0o777).toBe(0o600);
    removeRunFile(folder);
    expect(readRunFile(folder)).toBeNull();
  });

  test('the file of a killed server is not believed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60000)']);
    await once(child, 'spawn');
    writeRunFile(folder, record(child.pid ?? 0));
    expect(readRunFile(folder)).not.toBeNull();
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(readRunFile(folder)).toBeNull();
  });

  test.each(['', '{', '{"urls":{}}'])('a damaged file (%j) counts as none', text => {
    writeFileSync(join(folder, 'run.json'), text);
    expect(readRunFile(folder)).toBeNull();
  });
});

describe('claimDataFolder', () => {
  test('a second claim says where the first one answers, with an exit code of its own', () => {
    const release = claimDataFolder(folder);
    writeRunFile(folder, record(process.pid));
    expect(() => claimDataFolder(folder)).toThrow(/already runs on .*http:\/\/127\.0\.0\.1:7777/);
    expect(() => claimDataFolder(folder)).toThrow(expect.objectContaining({ exitCode: 75 }));
    release();
    claimDataFolder(folder)();
  });

  test('a place that is no folder is refused with the name of the variable', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => claimDataFolder(file)).toThrow(
      /^SWITCHBOARD_DATA: got .*file, wanted a folder .*\((EEXIST|ENOTDIR)\)/,
    );
  });

  test('a data folder that does not exist yet is made, closed to others', () => {
    const nested = join(folder, 'a', 'b');
    claimDataFolder(nested)();
    expect(statSync(nested).mode & 0o777).toBe(0o700);
  });
});
