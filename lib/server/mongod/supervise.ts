import { backoffMs } from '@/lib/kernel/backoff';
import { systemClock } from '@/lib/kernel/clock';
import type { Logger } from '@/lib/telemetry/logger';
import { type EmbeddedPaths, setAsideLog, writeRecord } from './data-folder';
import { launchOn, type Running, STOP_PATIENCE_MS } from './launch';
import { endProcess, forgetProcess, reopenLog, waitForExit } from './mongod-process';

const RESTART = { baseMs: 200, maxMs: 10_000 };
/** A server that ran this long had a fresh reason to die: the back-off begins anew. */
const HEALTHY_RUN_MS = 60_000;
const LOG_CHECK_MS = 10 * 60_000;

export interface SuperviseOptions {
  binaryPath: string;
  paths: EmbeddedPaths;
  log: Logger;
  logCheckMs?: number | undefined;
  logLimitBytes?: number | undefined;
}

/**
 * Starts the server again whenever it dies, on the same port only: every client holds the URI. It never gives up (a full
 * disk gets emptied), at a bounded pace.
 */
export class MongodSupervisor {
  #running: Running;
  readonly #options: SuperviseOptions;
  readonly #stopping = new AbortController();
  readonly #restartListeners: (() => void)[] = [];
  readonly #watching: Promise<void>;
  readonly #logTimer: NodeJS.Timeout;
  #stopped: Promise<void> | undefined;

  constructor(running: Running, options: SuperviseOptions) {
    this.#running = running;
    this.#options = options;
    writeRecord(options.paths, running.pid, running.port);
    this.#watching = this.#watch();
    this.#logTimer = setInterval(() => {
      if (setAsideLog(options.paths, options.logLimitBytes)) reopenLog(this.#running.pid);
    }, options.logCheckMs ?? LOG_CHECK_MS).unref();
  }

  get pid(): number {
    return this.#running.pid;
  }

  onRestart(listener: () => void): void {
    this.#restartListeners.push(listener);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#logTimer);
    this.#stopping.abort();
    await this.#watching;
    await endProcess(this.#running.pid, STOP_PATIENCE_MS);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    let attempt = 0;
    while (!signal.aborted) {
      const since = systemClock.now();
      await waitForExit(this.pid, signal);
      if (signal.aborted) return;
      forgetProcess(this.pid);
      if (systemClock.now() - since > HEALTHY_RUN_MS) attempt = 0;
      this.#options.log.error({ pid: this.pid, attempt }, 'mongod is gone, starting it again');
      await systemClock.sleep(backoffMs(attempt, RESTART), signal);
      if (!signal.aborted) await this.#restart(attempt);
      attempt += 1;
    }
  }

  async #restart(attempt: number): Promise<void> {
    const { binaryPath, paths, log } = this.#options;
    try {
      this.#running = await launchOn(this.#running.port, binaryPath, paths, this.#stopping.signal);
    } catch (error) {
      if (!this.#stopping.signal.aborted) log.error({ err: error, attempt }, 'mongod could not be started again');
      return;
    }
    writeRecord(paths, this.pid, this.#running.port);
    log.warn({ pid: this.pid, attempt }, 'mongod runs again');
    for (const listener of this.#restartListeners) listener();
  }
}
