import { Worker } from 'node:worker_threads';
import { backoffMs } from '../kernel/backoff';
import { steadyClock } from '../kernel/clock';
import type { Logger } from '../telemetry/logger';

export interface PagesWork {
  /** Where `.next` lies. */
  root: string;
}
export interface PagesReady {
  port: number;
}

const RESTART = { baseMs: 500, maxMs: 15_000 };
/** One that ran this long had a fresh reason to end. */
const HEALTHY_RUN_MS = 60_000;

export interface PagesThread {
  /** Undefined while it starts. */
  port(): number | undefined;
  /** Resolves when it serves for the first time; rejects when it ended before. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

/**
 * The page server beside the stream and dispatch, on a thread of its own. Its code is half of what the process keeps
 * alive; on one heap with claims and events it was marked with each collection, 100 ms in which neither went out.
 * It is started again when it ends.
 */
export function startPagesThread(path: string, work: PagesWork, log: Logger): PagesThread {
  let worker: Worker | null = null;
  let port: number | undefined;
  let stopping = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const start = (onReady: () => void, onFailed: (error: Error) => void): void => {
    const startedAtMs = steadyClock.now();
    let reason = new Error('the page server ended');
    // What Next says about itself is not for whoever started Switchboard; its errors are.
    const running = new Worker(path, { workerData: work, stdout: true, execArgv: [] });
    worker = running;
    running.once('message', (ready: PagesReady) => {
      port = ready.port;
      onReady();
    });
    running.once('error', error => (reason = error));
    running.once('exit', () => {
      port = undefined;
      worker = null;
      onFailed(reason);
      if (stopping) return;
      failures = steadyClock.now() - startedAtMs > HEALTHY_RUN_MS ? 0 : failures + 1;
      const delayMs = backoffMs(failures, RESTART);
      log.error({ err: reason, delayMs }, 'the page server ended; it is started again');
      timer = setTimeout(() => start(ignore, ignore), delayMs);
    });
  };
  const ready = new Promise<void>(start);

  return {
    port: () => port,
    ready,
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      await worker?.terminate();
    },
  };
}

const ignore = (): void => undefined;
