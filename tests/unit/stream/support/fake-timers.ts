import type { Timers } from '@/lib/stream/timers';

interface Timer {
  atMs: number;
  everyMs: number | null;
  run: () => void;
}

/** Two clocks that move only when a test says so. Turns run with `settle`, which also lets promises through. */
export class FakeTimers implements Timers {
  #nowMs = Date.UTC(2026, 10, 21);
  #setByMs = 0;
  #timers = new Set<Timer>();
  #turns: (() => void)[] = [];

  now(): number {
    return this.#nowMs;
  }
  wallNow(): number {
    return this.#nowMs + this.#setByMs;
  }
  /** Somebody sets the wall clock, which otherwise shows what `now` does. */
  setWallClock(byMs: number): void {
    this.#setByMs += byMs;
  }
  after(delayMs: number, run: () => void): () => void {
    return this.#add({ atMs: this.#nowMs + delayMs, everyMs: null, run });
  }
  every(periodMs: number, run: () => void): () => void {
    return this.#add({ atMs: this.#nowMs + periodMs, everyMs: periodMs, run });
  }
  nextTurn(run: () => void): void {
    this.#turns.push(run);
  }

  /** Timers that are set: none may be left when everything stopped. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Runs turns and promises until nothing moves any more. */
  async settle(): Promise<void> {
    for (;;) {
      await new Promise(resolve => setImmediate(resolve));
      const turns = this.#turns.splice(0);
      if (turns.length === 0) return;
      for (const run of turns) run();
    }
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.settle();
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      if (next.everyMs === null) this.#timers.delete(next);
      else next.atMs += next.everyMs;
      next.run();
      await this.settle();
    }
    this.#nowMs = untilMs;
    await this.settle();
  }

  /** Time passes without anything happening in it. */
  jump(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) timer.atMs += ms;
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  #next(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.atMs <= untilMs && (!first || timer.atMs < first.atMs)) first = timer;
    return first;
  }
}
