import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect } from '@/lib/server/orchestrator/connection';
import { writeRunFile } from '@/lib/server/run-file';
import { connect as connectDemo } from '@/scripts/demo/connect';
import { projectToken } from '@/scripts/skill-install/project-token';
import { sendJson, startTestServer, type TestServer } from '../sdk/test-server';

/** Every way to a server that is on this machine signs in by itself; no other server hears of its tokens. */

let dataDir: string;
let server: TestServer;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'switchboard-own-'));
  for (const file of ['admin-token', 'orchestrator-token']) writeFileSync(join(dataDir, file), `secret-${file}\n`);
  server = await startTestServer((_request, response) =>
    sendJson(response, 200, { id: 'id', role: 'admin', token: 't' }),
  );
});
afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const runsAt = (web: string) =>
  writeRunFile(dataDir, {
    startedAt: '2026-01-01T00:00:00.000Z',
    mongodbUri: 'mongodb://127.0.0.1:1',
    database: 'x',
    urls: { web },
    pids: { web: process.pid },
  });
const configOf = (url: string) => ({ url, token: undefined, dataDir, adminToken: undefined });
const DOORS: [string, (url: string) => Promise<unknown>][] = [
  ['the orchestrator', url => connect({ config: configOf(url), onWaiting: () => undefined })],
  ['the demo', url => connectDemo(configOf(url))],
  [
    'skill:install',
    async url => {
      const known = { url: 'http://elsewhere', token: 'secret-of-the-project' };
      const { token, notes } = await projectToken({ config: configOf(url), known, folder: 'x', dryRun: false });
      if (token === null) throw new Error(notes.join());
    },
  ],
];

it.each(DOORS)('%s shows no token of this machine to another server, and asks for one', async (_name, open) => {
  runsAt('http://127.0.0.1:1');
  await expect(open(server.url)).rejects.toThrow('set SWITCHBOARD_TOKEN');
  rmSync(join(dataDir, 'run.json'));
  await expect(open(server.url)).rejects.toThrow('set SWITCHBOARD_TOKEN');
  expect(server.requests).toEqual([]);
});

it.each(DOORS)('%s signs in by itself on the server of the data folder, by whichever name', async (_name, open) => {
  runsAt(server.url.replace('127.0.0.1', 'localhost'));
  await open(server.url);
  expect(server.requests[0]?.headers.authorization).toContain('secret');
});

it('orchestrators that start at once on one data folder make one token', async () => {
  runsAt(server.url);
  rmSync(join(dataDir, 'orchestrator-token'));
  const made = () => server.requests.filter(({ url }) => url === '/api/tokens').length;
  const start = () => connect({ config: configOf(server.url), onWaiting: () => undefined });
  const started = await Promise.all([start(), start(), start()]);
  expect(made()).toBe(1);
  expect(new Set(started.map(({ token }) => token)).size).toBe(1);
});
