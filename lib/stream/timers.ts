/** Time, timers and turns as a value, so that tests own them. Each setter returns its own undo. */
export interface Timers {
  /** For durations: runs evenly, whatever the wall clock is set to, and says nothing of the time of day. */
  now(): number;
  /** Ms since the epoch: for what others' clocks are compared with. */
  wallNow(): number;
  after(delayMs: number, run: () => void): () => void;
  every(periodMs: number, run: () => void): () => void;
  /** After the I/O of this turn: what one turn brings in goes out as one write. */
  nextTurn(run: () => void): void;
}

export const systemTimers: Timers = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  every: (periodMs, run) => {
    const timer = setInterval(run, periodMs);
    return () => clearInterval(timer);
  },
  nextTurn: run => void setImmediate(run),
};

/** Resolves after `delayMs`, or when the signal aborts, or with `orWith`, which never rejects; nor does this. */
export function pause(timers: Timers, delayMs: number, signal: AbortSignal, orWith?: Promise<void>): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve();
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = timers.after(delayMs, done);
    signal.addEventListener('abort', done, { once: true });
    void orWith?.then(done);
  });
}

export const yieldTurn = (timers: Timers): Promise<void> => new Promise(resolve => timers.nextTurn(resolve));
