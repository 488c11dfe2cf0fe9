import { startDeadline } from '@/lib/sdk/deadline';
import { ensureSingleNodeSet, identifyServer } from '@/lib/store/replica-set';
import type { Logger } from '@/lib/telemetry/logger';
import { embeddedPaths, type EmbeddedPaths, findOrphan, prepareFolder } from './data-folder';
import { launch, type Running } from './launch';
import { endOnExit, endProcess } from './mongod-process';
import { MongodSupervisor } from './supervise';

export interface StartEmbeddedOptions {
  binaryPath: string;
  dataDir: string;
  log: Logger;
  signal?: AbortSignal | undefined;
  /** How long an orphan may take to answer before it is ended. */
  adoptPatienceMs?: number;
  /** How often the length of its log is looked at, and from which length on it begins a new one. */
  logCheckMs?: number;
  logLimitBytes?: number;
}

export interface EmbeddedMongod {
  readonly uri: string;
  readonly port: number;
  /** Changes when the server had to be started again. */
  readonly pid: number;
  /** Whether it was found running on our data, left by a server that was killed. */
  readonly adopted: boolean;
  onRestart(listener: () => void): void;
  /** Idempotent. Resolves when the process is gone. */
  stop(): Promise<void>;
}

const ADOPT_PATIENCE_MS = 10_000;
/** One that did not answer will hardly heed a SIGTERM. */
const ORPHAN_END_PATIENCE_MS = 2_000;

/**
 * One mongod, replica set of one, on our data folder: adopts the one a killed server left behind, else starts it; keeps
 * it running on the same port until `stop`.
 */
export async function startEmbedded(options: StartEmbeddedOptions): Promise<EmbeddedMongod> {
  const paths = embeddedPaths(options.dataDir);
  prepareFolder(paths);
  const orphan = await adoptOrphan(paths, options);
  const running = orphan ?? (await launch(options.binaryPath, paths, options.signal));
  const supervisor = new MongodSupervisor(running, { ...options, paths });
  return {
    uri: `mongodb://127.0.0.1:${running.port}/?directConnection=true`,
    port: running.port,
    adopted: orphan !== null,
    get pid() {
      return supervisor.pid;
    },
    onRestart: listener => supervisor.onRestart(listener),
    stop: () => supervisor.stop(),
  };
}

/** An orphan that does not answer (stopped, or hung) still holds the data folder, so it is ended before a new start. */
async function adoptOrphan(paths: EmbeddedPaths, options: StartEmbeddedOptions): Promise<Running | null> {
  const orphan = findOrphan(paths);
  if (orphan === null) return null;
  const deadline = startDeadline(options.adoptPatienceMs ?? ADOPT_PATIENCE_MS, options.signal);
  try {
    await ensureSingleNodeSet(orphan.port, deadline.signal);
    const identity = await identifyServer(orphan.port);
    if (identity?.pid === orphan.pid && identity.dbPath === paths.dbPath) {
      endOnExit(orphan.pid);
      return { pid: orphan.pid, port: orphan.port };
    }
  } catch (error) {
    options.log.warn({ err: error, pid: orphan.pid }, 'an orphaned mongod does not answer');
  } finally {
    deadline.clear();
  }
  options.signal?.throwIfAborted();
  await endProcess(orphan.pid, ORPHAN_END_PATIENCE_MS);
  return null;
}
