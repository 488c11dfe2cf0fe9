import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Switchboard } from '../support/switchboard';

export interface OrchestratorProcess {
  child: ChildProcess;
  lines(): Record<string, unknown>[];
  /** Resolves with the exit code, null after a signal. */
  exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

const running: OrchestratorProcess[] = [];

/** The real headless orchestrator on a running server, found through its data folder like `npm run orchestrator` does. */
export function startOrchestrator(
  board: Switchboard,
  args: string[],
  env: Record<string, string> = {},
): OrchestratorProcess {
  const child = spawn(process.execPath, ['dist/orchestrator.mjs', ...args], {
    env: { ...process.env, SWITCHBOARD_URL: '', SWITCHBOARD_TOKEN: '', SWITCHBOARD_DATA: board.dataDir, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', chunk => (log += String(chunk)));
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve));
  const started: OrchestratorProcess = {
    child,
    lines: () =>
      log
        .split('\n')
        .filter(line => line.startsWith('{'))
        .map(line => JSON.parse(line) as Record<string, unknown>),
    exited,
    kill: signal => {
      child.kill(signal);
      return exited;
    },
  };
  running.push(started);
  return started;
}

export async function stopOrchestrators(): Promise<void> {
  for (const { child, kill } of running.splice(0))
    if (child.exitCode === null && child.signalCode === null) await kill('SIGTERM');
}

/** Pids whose environment says that they work on this dispatch: the child itself and whatever it started. */
export function processesOf(dispatchId: string): number[] {
  const mark = `SWITCHBOARD_DISPATCH_ID=${dispatchId}`;
  return process.platform === 'linux' ? byProc(mark) : byPs(mark);
}

function byProc(mark: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
      } catch {
        return false;
      }
    });
}

const byPs = (mark: string): number[] =>
  execFileSync('ps', ['axeww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 64 * 1_048_576 })
    .split('\n')
    .filter(row => row.includes(mark))
    .map(row => Number.parseInt(row, 10));
