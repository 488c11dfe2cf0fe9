import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock';

export interface Job {
  name: string;
  everyMs: number;
  /** The first run waits this long. */
  firstAfterMs?: number;
  run(signal: AbortSignal): Promise<unknown>;
}

export interface RunningJob {
  /** Resolves when the run that is under way has ended. */
  stop(): Promise<void>;
}

/** Runs one at a time, the next `everyMs` after the last one ended. A run that fails is logged and tried again. */
export function runEvery(job: Job, { clock, log }: { clock: Clock; log: Logger }): RunningJob {
  const stopping = new AbortController();
  let failing = false;
  const loop = async (): Promise<void> => {
    if (job.firstAfterMs) await clock.sleep(job.firstAfterMs, stopping.signal);
    while (!stopping.signal.aborted) {
      try {
        await job.run(stopping.signal);
        if (failing) log.info({ job: job.name }, 'job runs again');
        failing = false;
      } catch (error) {
        // Said once for an outage, not once a second.
        if (!failing && !stopping.signal.aborted)
          log.warn({ job: job.name, err: error }, 'job failed; it is tried again');
        failing = true;
      }
      await clock.sleep(job.everyMs, stopping.signal);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
