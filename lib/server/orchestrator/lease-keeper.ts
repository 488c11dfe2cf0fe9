import type { DispatchStatus, HeartbeatResult } from '@/lib/domain/dispatch/schema';
import { isControlPlaneError } from '@/lib/domain/errors';
import { backoffMs } from '@/lib/kernel/backoff';
import { systemClock, type Clock } from '@/lib/kernel/clock';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';

/** stale: somebody else has the work · over: this dispatch ended or waits, so there is no lease to keep. */
export type LeaseEnd = { kind: 'stale' } | { kind: 'over'; status: DispatchStatus };

export interface LeaseKeeperOptions {
  calls: Pick<DispatchCalls, 'heartbeat'>;
  id: string;
  epoch: number;
  leaseMs: number;
  onCancelRequested(): void;
  onEnd(end: LeaseEnd): void;
  onProblem(problem: unknown): void;
  clock?: Clock;
}

/** Two may be lost and the third still comes in time. */
const BEATS_A_LEASE = 3;
const RETRY_BASE_MS = 250;
const MIN_TIMEOUT_MS = 1_000;
const MAX_TIMEOUT_MS = 5_000;

/**
 * Keeps one dispatch's lease. A beat that finds no server is tried again, faster than the rhythm, for as long as the
 * child lives: the work is only lost when the server says that it is.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #cancelSeen = false;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** An event hints at a change (a cancel, mostly): ask now instead of at the next beat. */
  beatNow(): void {
    this.#wake.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const everyMs = this.#options.leaseMs / BEATS_A_LEASE;
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      this.#wake = new AbortController();
      const result = await this.#beat();
      if (result === 'end' || this.#stopping.signal.aborted) return;
      failures = result === 'kept' ? 0 : failures + 1;
      const delayMs = failures === 0 ? everyMs : backoffMs(failures - 1, { baseMs: RETRY_BASE_MS, maxMs: everyMs });
      await this.#clock.sleep(delayMs, this.#wake.signal);
    }
  }

  async #beat(): Promise<'kept' | 'failed' | 'end'> {
    const { calls, id, epoch, leaseMs } = this.#options;
    const timeoutMs = Math.min(MAX_TIMEOUT_MS, Math.max(MIN_TIMEOUT_MS, leaseMs / BEATS_A_LEASE));
    try {
      return this.#read(await calls.heartbeat(id, epoch, { timeoutMs, signal: this.#stopping.signal }));
    } catch (error) {
      if (this.#stopping.signal.aborted) return 'end';
      const end = endOf(error, epoch);
      if (end !== null) {
        this.#options.onEnd(end);
        return 'end';
      }
      this.#options.onProblem(error);
      return 'failed';
    }
  }

  #read(result: HeartbeatResult): 'kept' | 'end' {
    if (result.epoch !== this.#options.epoch) {
      this.#options.onEnd({ kind: 'stale' });
      return 'end';
    }
    if (result.status !== 'running' && result.status !== 'cancelling') {
      this.#options.onEnd({ kind: 'over', status: result.status });
      return 'end';
    }
    if (result.cancelRequested && !this.#cancelSeen) {
      this.#cancelSeen = true;
      this.#options.onCancelRequested();
    }
    return 'kept';
  }
}

/** Ends that this very epoch reached, mostly because the agent reported its result by itself. */
const OWN_ENDS: readonly unknown[] = ['done', 'failed', 'released'] satisfies DispatchStatus[];

/** What a refused beat says of the dispatch; null when it says nothing (no server, say). */
function endOf(error: unknown, epoch: number): LeaseEnd | null {
  if (isControlPlaneError(error, 'not-found')) return { kind: 'stale' };
  if (!isControlPlaneError(error, 'stale-epoch')) return null;
  const { currentEpoch, dispatchStatus } = error.details ?? {};
  const isOwn = currentEpoch === epoch && OWN_ENDS.includes(dispatchStatus);
  return isOwn ? { kind: 'over', status: dispatchStatus as DispatchStatus } : { kind: 'stale' };
}
