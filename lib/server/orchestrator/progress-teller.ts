import { isControlPlaneError } from '@/lib/domain/errors';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { systemClock, type Clock } from '@/lib/kernel/clock';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';
import { isCountOfWritten, type Written } from './written';

export interface ProgressTellerOptions {
  calls: Pick<DispatchCalls, 'find' | 'progress'>;
  id: string;
  epoch: number;
  written: Written;
  onProblem(problem: unknown): void;
  clock?: Clock;
}

/** Far below the spans after which a child counts as quiet; what is over sooner costs no call. */
const EVERY_MS = 30_000;
const TIMEOUT_MS = 5_000;

/**
 * A child that writes is getting on, whatever it says of itself: most programs know of no `report_progress`, and all of
 * them counted as stuck after ten minutes. One that is silent is not spoken for, so that it still becomes stuck.
 */
export class ProgressTeller {
  readonly #options: ProgressTellerOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #toldBytes = 0;

  constructor(options: ProgressTellerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await this.#clock.sleep(EVERY_MS, signal);
      if (signal.aborted) return;
      const { bytes } = this.#options.written;
      if (bytes === this.#toldBytes) continue;
      try {
        await this.#tell();
        this.#toldBytes = bytes;
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onProblem(error);
        // The dispatch is over or somebody else's: its lease's keeper sees to the child.
        if (isControlPlaneError(error) && error.retry === 'never') return;
      }
    }
  }

  /** Words that the agent itself reported are never replaced: their time alone moves on. */
  async #tell(): Promise<void> {
    const { calls, id, epoch, written } = this.#options;
    const call = { timeoutMs: TIMEOUT_MS, signal: this.#stopping.signal };
    const own = ownWords(await calls.find(id, call));
    await calls.progress(id, { epoch, ...(own ?? { state: String(written) }) }, call);
  }
}

/** What was reported in this turn by somebody who knows more than how much was written. */
function ownWords({ progress, times }: DispatchRecord): { percent: number } | null {
  if (progress === null || isCountOfWritten(progress.state)) return null;
  return progress.at >= (times.resumedAt ?? times.claimedAt) ? { percent: progress.percent } : null;
}
