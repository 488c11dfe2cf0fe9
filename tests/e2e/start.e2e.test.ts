import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isProcessAlive } from '@/lib/server/process-identity.mjs';
import { SERVER_FLAGS } from '../../scripts/bootstrap/server-flags.mjs';
import { testMongodPath } from '../support/mongo';
import { type RunFile, until } from '../support/switchboard';

/** `npm start` as a person types it: npm, then one process that prepares and serves. */
const START_WITHIN_MS = 60_000;
const SECOND_START_WITHIN_MS = 10_000;

let dataDir: string;
const started: { pid: number; closed: Promise<unknown> }[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'switchboard-start-'));
});
afterEach(async () => {
  const pids = existsSync(join(dataDir, 'mongod.json')) ? [mongodRecord().pid] : [];
  for (const { pid, closed } of started.splice(0)) {
    kill(-pid, 'SIGKILL');
    await closed;
  }
  for (const pid of pids) kill(pid, 'SIGKILL');
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const mongodRecord = (): { pid: number } => JSON.parse(readFileSync(join(dataDir, 'mongod.json'), 'utf8'));
const runFile = (): RunFile => JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as RunFile;

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

const npmStart = (env: Record<string, string> = {}) => start(['npm', 'start'], env);

/** What npm runs, where it is not npm that is looked at: npm itself takes longer to begin than the rest. */
const bareStart = (env: Record<string, string> = {}) =>
  start([process.execPath, ...SERVER_FLAGS, 'scripts/start.mjs'], env);

function start([command, ...args]: [string, ...string[]], env: Record<string, string>) {
  const child = spawn(command, args, {
    env: {
      ...process.env,
      MONGODB_URI: '',
      SWITCHBOARD_MONGOD: testMongodPath(),
      SWITCHBOARD_DATA: dataDir,
      PORT: '0',
      MCP_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let output = '';
  child.stdout.on('data', chunk => {
    stdout += String(chunk);
    output += String(chunk);
  });
  child.stderr.on('data', chunk => (output += String(chunk)));
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  started.push({ pid: child.pid ?? 0, closed });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    link: async (withinMs = START_WITHIN_MS) => {
      await until(
        () => stdout.includes('/login#'),
        withinMs,
        () => (child.exitCode === null ? '' : output),
      );
      return /http:\S+\/login#\S+/.exec(stdout)?.[0] ?? '';
    },
    exit: async (): Promise<number | null> => (await closed)[0],
    signal: (name: NodeJS.Signals) => kill(child.pid ?? 0, name),
  };
}

async function signIn(link: string): Promise<number> {
  const { origin, hash } = new URL(link);
  const response = await fetch(`${origin}/api/auth/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ code: hash.slice(1) }),
  });
  return response.status;
}

/** `SCHED_BATCH` of Linux. */
const BATCH = 3;
const hasChrt = process.platform === 'linux' && spawnSync('chrt', ['--version']).status === 0;

/** Of each of its threads; the policy is the 39th field behind the name, which may hold anything but ends with `) `. */
const policiesOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).map(thread => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[38]);
  });

describe('npm start', () => {
  test('prints a link that signs in once, and writes where it is for its user alone', async () => {
    const server = npmStart();
    const link = await server.link();
    expect(await signIn(link)).toBe(204);
    expect(await signIn(link)).toBe(401);
    const { urls, pids, mongodbUri } = runFile();
    expect(link).toContain(urls.web);
    expect(mongodbUri).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\//);
    for (const pid of Object.values(pids)) expect(isProcessAlive(pid)).toBe(true);
    if (hasChrt) {
      for (const pid of Object.values(pids)) expect(new Set(policiesOf(pid))).toEqual(new Set([BATCH]));
    }
    expect(statSync(join(dataDir, 'run.json')).mode & 0o777).toBe(0o600);
  });

  test.runIf(process.platform === 'linux')('without chrt it starts all the same', async () => {
    const bin = join(dataDir, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    await bareStart({ PATH: bin, LOG_LEVEL: 'info' }).link();
    const [policy] = policiesOf(runFile().pids.web);
    expect(policy).not.toBe(BATCH);
  });

  test('SIGTERM to npm ends an open stream cleanly, exits 0 within 10 s and leaves no process', async () => {
    const server = npmStart();
    await server.link();
    const { urls, pids } = runFile();
    const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
    const response = await fetch(`${urls.web}/api/events`, { headers: { authorization: `Bearer ${token}` } });
    const stream = response.text();
    const sentAt = Date.now();
    server.signal('SIGTERM');
    expect(await server.exit()).toBe(0);
    expect(Date.now() - sentAt).toBeLessThan(10_000);
    expect(await stream).toMatch(/^: connected[\s\S]*retry: \d+\n\n$/);
    expect(Object.values(pids).filter(isProcessAlive)).toEqual([]);
    expect(existsSync(join(dataDir, 'run.json'))).toBe(false);
  });

  test('beside a running one on the same data it says so and exits non-zero, and the first goes on', async () => {
    const first = bareStart();
    await first.link();
    const second = bareStart();
    expect(await second.exit()).not.toBe(0);
    expect(second.output()).toContain(`already runs on ${dataDir}`);
    expect((await fetch(`${runFile().urls.web}/api/health/ready`)).status).toBe(200);
  });

  test('of two at the same instant one serves and the other exits non-zero', async () => {
    const both = [bareStart(), bareStart()];
    const first = await Promise.any(both.map(server => server.link().then(() => server)));
    const other = both.find(server => server !== first);
    expect(await other?.exit()).not.toBe(0);
    expect(other?.output()).toContain('already runs on');
  });

  test('after kill -9 the next start adopts the database with its data', async () => {
    const first = bareStart();
    await first.link();
    const before = runFile();
    kill(before.pids.web, 'SIGKILL');
    await first.exit();
    const second = bareStart();
    await second.link(SECOND_START_WITHIN_MS);
    const after = runFile();
    expect(after.pids.mongod).toBe(before.pids.mongod);
    expect(after.mongodbUri).toBe(before.mongodbUri);
    expect(after.pids.web).not.toBe(before.pids.web);
  });

  test.each(['PORT', 'MCP_PORT'])(
    'a %s in use stops it with its name, and takes the database down with it',
    async name => {
      const squatter = createServer().listen(0, '127.0.0.1');
      await once(squatter, 'listening');
      const address = squatter.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      const server = bareStart({ [name]: String(port) });
      expect(await server.exit()).not.toBe(0);
      squatter.close();
      expect(server.output()).toContain(`${name}: 127.0.0.1:${port} is in use`);
      await until(() => !isProcessAlive(mongodRecord().pid), SECOND_START_WITHIN_MS);
    },
  );

  test('a bad variable stops it before anything is made, with what came and what is wanted', async () => {
    const server = npmStart({ SWITCHBOARD_MAX_STREAMS: 'many', SWITCHBOARD_ADMIN_TOKEN: 'short' });
    expect(await server.exit()).not.toBe(0);
    expect(server.output()).toContain('SWITCHBOARD_MAX_STREAMS: got "many", wanted a whole number');
    expect(server.output()).toContain('SWITCHBOARD_ADMIN_TOKEN: got 5 characters, wanted 24 characters or more');
    expect(existsSync(join(dataDir, 'mongo'))).toBe(false);
  });

  test('a standalone MONGODB_URI is refused with the command that makes it a replica set', async () => {
    const { startBareMongod } = await import('../support/bare-mongod');
    const bare = await startBareMongod();
    const server = bareStart({ MONGODB_URI: `mongodb://127.0.0.1:${bare.port}/` });
    expect(await server.exit()).not.toBe(0);
    await bare.stop();
    expect(server.output()).toContain('rs.initiate()');
    expect(server.output()).not.toMatch(/^ +at /m);
  });
});
