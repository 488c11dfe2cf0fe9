import { backoffMs } from '@/lib/kernel/backoff';
import { systemClock } from '@/lib/kernel/clock';
import { ensureSingleNodeSet, identifyServer } from '@/lib/store/replica-set';
import type { Logger } from '@/lib/telemetry/logger';
import { StartupError } from '../startup-error';
import {
  embeddedPaths,
  type EmbeddedPaths,
  findOrphan,
  lastLogError,
  logBytes,
  prepareFolder,
  readRecord,
  writeRecord,
} from './data-folder';
import { choosePort, endOnExit, endProcess, forgetProcess, spawnMongod, waitForExit } from './mongod-process';

export interface StartEmbeddedOptions {
  binaryPath: string;
  dataDir: string;
  log: Logger;
  signal?: AbortSignal | undefined;
  /** How long an orphan may take to answer before it is ended. */
  adoptPatienceMs?: number;
}

export interface EmbeddedMongod {
  readonly uri: string;
  readonly port: number;
  /** Changes when the server had to be started again. */
  readonly pid: number;
  /** Whether it was found running on our data, left by a server that was killed. */
  readonly adopted: boolean;
  /** Idempotent. Resolves when the process is gone. */
  stop(): Promise<void>;
}

/** A cold start takes 0.3 s; recovery of a large journal after kill -9 may take long. */
const START_PATIENCE_MS = 120_000;
const ADOPT_PATIENCE_MS = 10_000;
/** One that did not answer will hardly heed a SIGTERM. */
const ORPHAN_END_PATIENCE_MS = 2_000;
/** Below the 10 s in which the whole of the server has to be gone. */
const STOP_PATIENCE_MS = 5_000;
/** A port that was free and is not any more is the one failure worth another try at once. */
const MAX_START_TRIES = 5;
const RESTART_BASE_MS = 200;
const RESTART_MAX_MS = 10_000;
/** A server that ran this long had a fresh reason to die: the back-off begins anew. */
const HEALTHY_RUN_MS = 60_000;

interface Running {
  pid: number;
  port: number;
}

/**
 * One mongod, replica set of one, on our data folder: adopts the one a killed server left behind, else starts it; keeps
 * it running on the same port until `stop`.
 */
export async function startEmbedded(options: StartEmbeddedOptions): Promise<EmbeddedMongod> {
  const paths = embeddedPaths(options.dataDir);
  prepareFolder(paths);
  const orphan = await adoptOrphan(paths, options);
  const first = orphan ?? (await startFresh(paths, options));
  writeRecord(paths, first.pid, first.port);
  const supervisor = superviseMongod(first, paths, options);
  return {
    uri: `mongodb://127.0.0.1:${first.port}/?directConnection=true`,
    port: first.port,
    adopted: orphan !== null,
    get pid() {
      return supervisor.pid();
    },
    stop: supervisor.stop,
  };
}

/** An orphan that does not answer (stopped, or hung) still holds the data folder, so it is ended before a new start. */
async function adoptOrphan(paths: EmbeddedPaths, options: StartEmbeddedOptions): Promise<Running | null> {
  const orphan = findOrphan(paths);
  if (orphan === null) return null;
  const signal = withTimeout(options.adoptPatienceMs ?? ADOPT_PATIENCE_MS, options.signal);
  try {
    await ensureSingleNodeSet(orphan.port, signal);
    const identity = await identifyServer(orphan.port);
    if (identity?.pid === orphan.pid && identity.dbPath === paths.dbPath) {
      endOnExit(orphan.pid);
      return orphan;
    }
  } catch (error) {
    options.log.warn({ err: error, pid: orphan.pid }, 'an orphaned mongod does not answer');
  }
  options.signal?.throwIfAborted();
  await endProcess(orphan.pid, ORPHAN_END_PATIENCE_MS);
  return null;
}

async function startFresh(paths: EmbeddedPaths, options: StartEmbeddedOptions): Promise<Running> {
  let preferred = readRecord(paths)?.port ?? null;
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(paths, preferred);
    try {
      return await startOn(port, paths, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const portTaken = error instanceof StartupError && /address already in use/i.test(error.message);
      if (!portTaken || attempt === MAX_START_TRIES) throw error;
      preferred = null;
    }
  }
}

async function startOn(port: number, paths: EmbeddedPaths, options: StartEmbeddedOptions): Promise<Running> {
  const logStart = logBytes(paths.logPath);
  const child = spawnMongod(options.binaryPath, paths, port);
  if (child.pid !== undefined) endOnExit(child.pid);
  const died = new AbortController();
  const exit = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  });
  void exit.then(() => died.abort());
  try {
    await ensureSingleNodeSet(port, AbortSignal.any([died.signal, withTimeout(START_PATIENCE_MS, options.signal)]));
  } catch (error) {
    if (child.pid !== undefined) await endProcess(child.pid, STOP_PATIENCE_MS);
    options.signal?.throwIfAborted();
    const reason = died.signal.aborted
      ? (lastLogError(paths, logStart) ?? (await exit))
      : 'no writable primary in time';
    throw new StartupError(`The embedded mongod did not start: ${reason}. Its log: ${paths.logPath}`, { cause: error });
  }
  if (child.pid === undefined) throw new StartupError('The embedded mongod has no process id');
  return { pid: child.pid, port };
}

function superviseMongod(first: Running, paths: EmbeddedPaths, options: StartEmbeddedOptions) {
  const stopping = new AbortController();
  let pid = first.pid;
  /** Restarts on the same port only: every client holds the URI. Never gives up (a full disk gets emptied). */
  const restart = async (attempt: number): Promise<boolean> => {
    await systemClock.sleep(backoffMs(attempt, { baseMs: RESTART_BASE_MS, maxMs: RESTART_MAX_MS }), stopping.signal);
    if (stopping.signal.aborted) return false;
    try {
      const running = await startOn(first.port, paths, { ...options, signal: stopping.signal });
      pid = running.pid;
      writeRecord(paths, running.pid, running.port);
      options.log.warn({ pid, attempt }, 'mongod runs again');
      return true;
    } catch (error) {
      if (!stopping.signal.aborted) options.log.error({ err: error, attempt }, 'mongod could not be started again');
      return false;
    }
  };
  const watch = async (): Promise<void> => {
    let attempt = 0;
    while (!stopping.signal.aborted) {
      const since = systemClock.now();
      await waitForExit(pid, stopping.signal);
      if (stopping.signal.aborted) return;
      forgetProcess(pid);
      if (systemClock.now() - since > HEALTHY_RUN_MS) attempt = 0;
      options.log.error({ pid, attempt }, 'mongod is gone, starting it again');
      await restart(attempt);
      attempt += 1;
    }
  };
  const watching = watch();
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    await watching;
    await endProcess(pid, STOP_PATIENCE_MS);
  };
  return { pid: () => pid, stop: (): Promise<void> => (stopped ??= stop()) };
}

const withTimeout = (timeoutMs: number, signal: AbortSignal | undefined): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
