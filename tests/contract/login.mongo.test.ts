import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeRunFile, writeRunFile } from '@/lib/server/run-file';
import { startApiServer, type ApiServer } from '../support/api-server';
import { programOf } from '../support/program';

let api: ApiServer;
const dataDir = mkdtempSync(join(tmpdir(), 'switchboard-login-'));
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(async () => {
  await api.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** `npm run login` without its preparing: the entry itself, in a process of its own. */
async function login(): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [await programOf('lib/server/login.ts')], {
    env: { ...process.env, MONGODB_URI: '', SWITCHBOARD_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', chunk => (stdout += chunk));
  child.stderr.on('data', chunk => (stderr += chunk));
  return new Promise(done => child.once('close', code => done({ code, stdout, stderr })));
}

test('prints one link whose fragment signs one browser in, once', async () => {
  const { uri, name } = api.database;
  writeRunFile(dataDir, {
    startedAt: new Date().toISOString(),
    mongodbUri: uri,
    database: name,
    urls: { web: api.url },
    pids: { web: process.pid },
  });
  const { code, stdout, stderr } = await login();
  expect([code, stdout.trim().split('\n').length], stderr).toEqual([0, 1]);
  const link = new URL(stdout.trim());
  expect([link.origin, link.pathname, link.search]).toEqual([api.url, '/login', '']);
  const signIn = () => api.call('POST', '/api/auth/session', { token: null, body: { code: link.hash.slice(1) } });
  expect((await signIn()).status).toBe(204);
  expect((await signIn()).status).toBe(401);
  expect(stderr).not.toContain(link.hash);
});

test('says what to do when nothing runs', async () => {
  removeRunFile(dataDir);
  const { code, stdout, stderr } = await login();
  expect(code).not.toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toContain('npm start');
});
