import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVER_FLAGS } from '../../scripts/bootstrap/server-flags.mjs';
import { testMongodPath } from './mongo';

/** The real server, as `npm start` runs it: its own data folder, its own mongod, its own ports. */
export interface Switchboard {
  url: string;
  dataDir: string;
  adminToken: string;
  run: RunFile;
  /** What it printed for the person who started it. */
  stdout(): string;
  logged(): string;
  api(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<{ status: number; headers: Headers; body: any }>; // oxlint-disable-line typescript/no-explicit-any -- tests look into answers freely
  tokenFor(role: string, more?: object): Promise<string>;
  /** SIGKILL to the web process alone: its mongod lives on, as after a crash. */
  kill(): Promise<void>;
  /** Starts again on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<number | null>;
}

export interface RunFile {
  mongodbUri: string;
  database: string;
  urls: { web: string; mcp: string };
  pids: { web: number; mcp?: number; mongod?: number };
}

const START_WITHIN_MS = 60_000;

export async function startSwitchboard(env: Record<string, string> = {}): Promise<Switchboard> {
  const dataDir = mkdtempSync(join(tmpdir(), 'switchboard-e2e-'));
  let child: ChildProcess;
  let stdout = '';
  let stderr = '';
  let port = '0';
  const start = async (): Promise<RunFile> => {
    stdout = '';
    child = spawn(process.execPath, [...SERVER_FLAGS, 'dist/web.mjs'], {
      env: {
        ...process.env,
        MONGODB_URI: '',
        SWITCHBOARD_MONGOD: testMongodPath(),
        SWITCHBOARD_DATA: dataDir,
        PORT: port,
        MCP_PORT: '0',
        NODE_ENV: 'production',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout!.on('data', chunk => (stdout += String(chunk)));
    child.stderr!.on('data', chunk => (stderr += String(chunk)));
    await until(
      () => stdout.includes('Sign in'),
      START_WITHIN_MS,
      () => (child.exitCode === null ? '' : stderr),
    );
    return JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as RunFile;
  };
  const run = await start();
  port = new URL(run.urls.web).port;
  const ended = () =>
    new Promise<number | null>(resolve =>
      child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(child.exitCode),
    );
  const board: Switchboard = {
    url: run.urls.web,
    dataDir,
    adminToken: readFileSync(join(dataDir, 'admin-token'), 'utf8').trim(),
    run,
    stdout: () => stdout,
    logged: () => stderr,
    api: async (method, path, body, token = board.adminToken) => {
      const response = await fetch(`${board.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
    },
    tokenFor: async (role, more = {}) =>
      (await board.api('POST', '/api/tokens', { role, label: `test ${role}`, ...more })).body.token as string,
    kill: async () => {
      const gone = ended();
      child.kill('SIGKILL');
      await gone;
    },
    restart: async () => {
      board.run = await start();
    },
    stop: async () => {
      const gone = ended();
      child.kill('SIGTERM');
      const code = await gone;
      endOrphan(board.run.pids.mongod);
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      return code;
    },
  };
  return board;
}

function endOrphan(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already, as it should be.
  }
}

export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  failed: () => string = () => '',
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    if (await holds()) return;
    const why = failed();
    if (why !== '') throw new Error(why);
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await new Promise(resolve => setTimeout(resolve, 25));
  }
}
