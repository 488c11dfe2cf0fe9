import { spawn } from 'node:child_process';

/** It takes milliseconds; a machine that is busy must not hold up the start for it. */
const PATIENCE_MS = 1_000;

/**
 * Linux: this process, and the database and MCP server that it starts and that inherit it, are scheduled as batch work.
 * They get as much of the machine as before, but one that wakes up does not push aside another that runs: each claim
 * wakes some eight threads of the database, and on two cores each of them stopped us in the middle of a step.
 * (By turns, medians of 4: claims at 200 a second after 10 to 11 ms at p50, without it 13 to 20; at 50 a second 7.9 and
 * 8.6.) Node cannot set it, `chrt` of util-linux can; false where there is none or it may not.
 */
export function scheduleAsBatch(pid = process.pid): Promise<boolean> {
  if (process.platform !== 'linux') return Promise.resolve(false);
  return new Promise(resolve => {
    const options = { stdio: 'ignore', timeout: PATIENCE_MS } as const;
    const child = spawn('chrt', ['--all-tasks', '--batch', '--pid', '0', String(pid)], options);
    child.once('error', () => resolve(false)).once('exit', code => resolve(code === 0));
  });
}
