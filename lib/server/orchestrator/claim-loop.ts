import type { ClaimResult } from '@/lib/domain/dispatch/schema';
import { backoffMs } from '@/lib/kernel/backoff';
import { systemClock, type Clock } from '@/lib/kernel/clock';

export interface ClaimLoopOptions {
  /** How many more may be taken now. */
  free(): number;
  claim(max: number): Promise<ClaimResult>;
  /** A claim that failed, or whose answer is lost. */
  onFailure(error: unknown): void;
  sweepMs?: number;
  clock?: Clock;
}

/**
 * Below the 2 s in which work must be found that no event announced. A short claim at this pace instead of one that
 * waits on the server: a waiting claim whose connection is given up (new capacity, SIGTERM, a lost line) may just have
 * taken work nobody will hear of until its lease lapses. An idle sweep costs one indexed query.
 */
const SWEEP_MS = 1_500;
const BASE_MS = 250;
const MAX_MS = 5_000;

/**
 * Takes work whenever there is room and a reason to look: one claim at a time, however many events ring, so that a
 * burst makes two claims and not a herd. A full answer means there may be more, and is followed by the next claim.
 */
export class ClaimLoop {
  readonly #options: ClaimLoopOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #rung = true;
  #bell = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: ClaimLoopOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  start(): void {
    this.#running = this.#run();
  }

  ring(): void {
    this.#rung = true;
    this.#bell.abort();
  }

  /** No claim begins after this; resolves when the one under way has been answered and handed over. */
  stop(): Promise<void> {
    this.#stopping.abort();
    this.#bell.abort();
    return this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      this.#rung = false;
      this.#bell = new AbortController();
      try {
        await this.#claimWhatFits();
        failures = 0;
      } catch (error) {
        this.#options.onFailure(error);
        // Not ended by a bell: events of a server in trouble would turn the back-off into a hail of claims.
        await this.#clock.sleep(backoffMs(failures, { baseMs: BASE_MS, maxMs: MAX_MS }), this.#stopping.signal);
        failures += 1;
      }
      if (!this.#rung && !this.#stopping.signal.aborted) {
        await this.#clock.sleep(this.#options.sweepMs ?? SWEEP_MS, this.#bell.signal);
      }
    }
  }

  async #claimWhatFits(): Promise<void> {
    for (let max = this.#options.free(); max > 0 && !this.#stopping.signal.aborted; max = this.#options.free()) {
      const { dispatches } = await this.#options.claim(max);
      if (dispatches.length < max) return;
    }
  }
}
