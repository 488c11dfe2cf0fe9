import { spawn } from 'node:child_process';
import { ROOT } from './root.mjs';

/**
 * Children of the preparation run in a group of their own, so that a signal to us ends npm and everything npm started.
 */
const KILL_AFTER_MS = 4_000;
/** Longer than an install or a build on a slow machine and line; what takes longer hangs. */
const DEFAULT_TIMEOUT_MS = 15 * 60_000;
/** The end of what a failed command said: enough for its error, bounded whatever it prints. */
const KEPT_OUTPUT_CHARS = 12_000;

/** The message is all a person needs; no stack is shown for it. */
export class StepFailed extends Error {
  name = 'StepFailed';
}

/** @returns what the command printed; rejects with the end of that when it fails, is aborted, or takes too long */
export async function runChild(command, args, { signal, env, onSpawn, timeoutMs = DEFAULT_TIMEOUT_MS } = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  if (child.pid !== undefined) onSpawn?.(child.pid);
  const output = collect(child);
  const stop = () => endGroup(child);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, by) => resolve(exitCode ?? by));
    });
    if (signal?.aborted) throw new StepFailed('interrupted');
    if (late) throw new StepFailed(`${command} ${args.join(' ')}\nnot done after ${timeoutMs / 1000} s\n${output()}`);
    if (code !== 0) throw new StepFailed(`${command} ${args.join(' ')}\nended with ${code}\n${output()}`);
    return output();
  } catch (error) {
    if (error.code === 'ENOENT') throw new StepFailed(`${command} is not installed`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function collect(child) {
  let kept = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      kept = (kept + text).slice(-KEPT_OUTPUT_CHARS);
    });
  }
  return () => kept.trim();
}

function endGroup(child) {
  const send = signal => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
    } catch {
      // Gone between the check and the signal.
    }
  };
  send('SIGTERM');
  setTimeout(() => send('SIGKILL'), KILL_AFTER_MS).unref();
}
