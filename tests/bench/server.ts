import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVER_FLAGS } from '../../scripts/bootstrap/server-flags.mjs';
import { sleep } from './clock';
import { postJson } from './http-call';

export interface BenchServer {
  url: string;
  /** For their memory and their CPU. */
  pids: { web: number; mongod: number };
  /** An orchestrator's. */
  token: string;
  admin: string;
  mongodbUri: string;
  database: string;
  stop(): Promise<void>;
}

const START_WITHIN_MS = 120_000;
/** Out of the way: the claim is measured, not a limit. */
const CONCURRENCY = 10_000;

/**
 * The real web process with its own mongod, on a data folder that goes with it. `BENCH_NODE_ARGS` is passed to node, for
 * a profile: `--cpu-prof --cpu-prof-dir=/tmp/profile`.
 */
export async function startServer(env: Record<string, string> = {}): Promise<BenchServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  const nodeArgs = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean);
  const web = spawn(
    process.execPath,
    [...SERVER_FLAGS, ...nodeArgs, join(dirname(fileURLToPath(import.meta.url)), 'web.mjs')],
    {
      env: {
        ...process.env,
        SWITCHBOARD_DATA: dataDir,
        PORT: '0',
        MCP_PORT: '0',
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  // However this process ends, the server must not stay behind.
  const kill = () => void web.kill('SIGTERM');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    const gone = new Promise(resolve => web.once('exit', resolve));
    web.kill('SIGTERM');
    if (web.exitCode === null) await gone;
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const run = await readRunFile(join(dataDir, 'run.json'), () => web.exitCode);
    const admin = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
    const issued = await postJson(`${run.urls.web}/api/tokens`, admin, { role: 'orchestrator', label: 'bench' });
    const { token } = issued.body as { token: string };
    await raiseLimit(run.urls.web, admin);
    const { pids, urls, mongodbUri, database } = run;
    return { pids, url: urls.web, token, admin, mongodbUri, database, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function raiseLimit(url: string, admin: string): Promise<void> {
  const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
  const type = (await (await fetch(`${url}/api/agent-types/research`, { headers })).json()) as { revision: number };
  const body = JSON.stringify({ concurrency: CONCURRENCY, revision: type.revision });
  const saved = await fetch(`${url}/api/agent-types/research`, { method: 'PATCH', headers, body });
  if (!saved.ok) throw new Error(`the limit was not raised: ${saved.status} ${await saved.text()}`);
}

interface RunFile {
  mongodbUri: string;
  database: string;
  urls: { web: string };
  pids: { web: number; mongod: number };
}

async function readRunFile(path: string, ended: () => number | null): Promise<RunFile> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as RunFile;
    } catch (error) {
      if (ended() !== null) throw new Error(`the server ended with ${ended()}`, { cause: error });
      if (Date.now() > deadline) throw new Error('the server did not start', { cause: error });
      await sleep(100);
    }
  }
}
