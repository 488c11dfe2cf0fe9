import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { steadyClock } from '../../kernel/clock';

/**
 * Runs a downloader that writes below one folder, and ends it when the folder stops growing: a host that swallows
 * packets must cost seconds, while a slow line that still delivers may take its time.
 */
export interface WatchedCommand {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** The folder that must grow. */
  folder: string;
  firstByteMs: number;
  stallMs: number;
  totalMs: number;
  signal?: AbortSignal | undefined;
  report: (megabytes: number, elapsedMs: number) => void;
}

const CHECK_MS = 500;
/** Lock files and the like do not count as data that arrives. */
const STARTED_BYTES = 64 * 1024;
const BYTES_PER_MEGABYTE = 1024 * 1024;
/** The end of what a failed command said; enough for its error, bounded whatever it prints. */
const KEPT_OUTPUT_CHARS = 4_000;
const KILL_AFTER_MS = 2_000;

export async function runWatched(options: WatchedCommand): Promise<void> {
  const child = spawn(options.command, options.args, {
    env: options.env ?? process.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-KEPT_OUTPUT_CHARS);
  });
  let stopReason: string | null = null;
  const stop = (reason: string): void => {
    if (stopReason !== null) return;
    stopReason = reason;
    endGroup(child);
  };
  const abort = (): void => stop('stopped');
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();
  const onExit = (): void => signalGroup(child, 'SIGTERM');
  process.once('exit', onExit);
  const endWatch = watchGrowth(options, stop);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    if (stopReason !== null) throw new Error(stopReason);
    if (code !== 0) throw new Error(lastLine(output) || `${options.command} ended with code ${code}`);
  } finally {
    endWatch();
    process.off('exit', onExit);
    options.signal?.removeEventListener('abort', abort);
  }
}

function watchGrowth(options: WatchedCommand, stop: (reason: string) => void): () => void {
  const startedAt = steadyClock.now();
  let bytes = 0;
  let grewAt = startedAt;
  let checking = false;
  const check = async (): Promise<void> => {
    if (checking) return;
    checking = true;
    const size = await folderBytes(options.folder);
    checking = false;
    const now = steadyClock.now();
    if (size !== bytes) {
      bytes = size;
      grewAt = now;
      options.report(Math.round(size / BYTES_PER_MEGABYTE), now - startedAt);
    }
    const patienceMs = bytes < STARTED_BYTES ? options.firstByteMs : options.stallMs;
    if (now - grewAt > patienceMs) stop(`no data for ${Math.round((now - grewAt) / 1000)} s`);
    else if (now - startedAt > options.totalMs) stop(`not done after ${Math.round(options.totalMs / 1000)} s`);
  };
  const timer = setInterval(() => void check(), CHECK_MS);
  return () => clearInterval(timer);
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter(entry => entry.isFile());
  const sizes = await Promise.all(
    files.map(file =>
      stat(join(file.parentPath, file.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS).unref();
}

/** The whole group: a downloader may have started children of its own. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    // Gone between the check and the signal.
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';
