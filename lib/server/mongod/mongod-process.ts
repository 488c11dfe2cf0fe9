import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { systemClock } from '@/lib/kernel/clock';
import { EMBEDDED_SET_NAME } from '@/lib/store/replica-set';
import { isProcessAlive } from '../process-identity.mjs';
import { StartupError } from '../startup-error';
import type { EmbeddedPaths } from './data-folder';

/** Room for a day of change events whatever the disk; the retention time makes it grow when a day needs more. */
const OPLOG_MEGABYTES = 1024;
const OPLOG_RETENTION_HOURS = 24;
/** A control plane's working set is small, and the machine is also the user's. */
const CACHE_GIGABYTES = 0.5;
/**
 * By default four threads clear the cache at once and, on two cores, hold up every write for 40 ms each few seconds
 * (claim p99 at 200 a second 1.5 times as long). One keeps up with many times that rate.
 */
const ONE_EVICTION_THREAD = 'eviction=(threads_min=1,threads_max=1)';
/** There is no other node to hand over to, so waiting for one (15 s by default) only delays the stop. */
const QUIESCE_MS = 100;

/** A transaction whose process was killed holds its documents this long (a minute by default); ours take milliseconds. */
const TRANSACTION_SECONDS = 10;

const ALIVE_POLL_MS = 50;

/**
 * No zlib compressor: binaries before the fix of CVE-2025-14847 disclose memory through it. No scripting engine and no
 * socket file: nothing here uses them. Diagnostic capture is off: it costs disk and CPU for data only MongoDB reads.
 */
function mongodArguments({ dbPath, logPath }: EmbeddedPaths, port: number): string[] {
  const options: Record<string, string | number> = {
    '--replSet': EMBEDDED_SET_NAME,
    '--dbpath': dbPath,
    '--port': port,
    '--bind_ip': '127.0.0.1',
    '--logpath': logPath,
    '--oplogSize': OPLOG_MEGABYTES,
    '--oplogMinRetentionHours': OPLOG_RETENTION_HOURS,
    '--wiredTigerCacheSizeGB': CACHE_GIGABYTES,
    '--wiredTigerEngineConfigString': ONE_EVICTION_THREAD,
    '--networkMessageCompressors': 'snappy,zstd',
  };
  const parameters = [
    'diagnosticDataCollectionEnabled=false',
    `shutdownTimeoutMillisForSignaledShutdown=${QUIESCE_MS}`,
    `transactionLifetimeLimitSeconds=${TRANSACTION_SECONDS}`,
  ];
  return [
    ...Object.entries(options).flatMap(([name, value]) => [name, String(value)]),
    ...parameters.flatMap(parameter => ['--setParameter', parameter]),
    '--logappend',
    '--logRotate',
    'reopen',
    '--noscripting',
    '--quiet',
    ...(process.platform === 'win32' ? [] : ['--nounixsocket']),
  ];
}

/**
 * Started in a session of its own: Ctrl-C and a SIGTERM to the group reach only us, and mongod stops when the server
 * above it has ended its streams and written its last line. What it says before its log opens goes to the log too.
 */
export function spawnMongod(binaryPath: string, paths: EmbeddedPaths, port: number): ChildProcess {
  const log = openSync(paths.logPath, 'a', 0o600);
  try {
    const child = spawn(binaryPath, mongodArguments(paths, port), { detached: true, stdio: ['ignore', log, log] });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/**
 * Below the range from which the system takes ports for outgoing connections: one of those would sit on ours while the
 * server is down. Each data folder begins at a place of its own, so two of them seldom meet.
 */
const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;
const MAX_PORT_TRIES = 50;

/** The port of last time when it is free, else the first free one of this data folder's row. */
export async function choosePort({ dbPath }: EmbeddedPaths, preferred: number | null): Promise<number> {
  if (preferred !== null && (await isFree(preferred))) return preferred;
  const start = createHash('sha256').update(dbPath).digest().readUInt32BE() % PORT_COUNT;
  for (let step = 0; step < MAX_PORT_TRIES; step += 1) {
    const port = FIRST_PORT + ((start + step) % PORT_COUNT);
    if (port !== preferred && (await isFree(port))) return port;
  }
  throw new StartupError(
    `No free port for the embedded mongod: ${MAX_PORT_TRIES} from ${FIRST_PORT + start} are taken`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Resolves when no process has that id any more, or when the signal aborts. */
export async function waitForExit(pid: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && isProcessAlive(pid)) await systemClock.sleep(ALIVE_POLL_MS, signal);
}

/**
 * Servers of this process, which has to end them however it exits (a failed start, a crash); only after a kill -9 does
 * one stay, to be adopted. A signal is all there is time for.
 */
const ours = new Set<number>();
let endsOursOnExit = false;

export function endOnExit(pid: number): void {
  ours.add(pid);
  if (endsOursOnExit) return;
  endsOursOnExit = true;
  process.once('exit', () => {
    for (const each of ours) send(each, 'SIGTERM');
  });
}

/** MongoDB's own signal for it. */
export const reopenLog = (pid: number): boolean => send(pid, 'SIGUSR1');

/** One that is gone must not be signalled later: its number may be somebody else's by then. */
export const forgetProcess = (pid: number): void => void ours.delete(pid);

/** SIGTERM, then SIGKILL when it takes too long: the journal makes both safe, the first is quicker to start from. */
export async function endProcess(pid: number, patienceMs: number): Promise<void> {
  if (send(pid, 'SIGTERM')) await waitForExit(pid, AbortSignal.timeout(patienceMs));
  if (send(pid, 'SIGKILL')) await waitForExit(pid, AbortSignal.timeout(patienceMs));
  forgetProcess(pid);
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  if (!isProcessAlive(pid)) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
