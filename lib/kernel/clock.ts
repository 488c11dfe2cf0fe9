/** Time and timers as a value, so that tests own them. The system's is wall time, in ms since the epoch. */
export interface Clock {
  now(): number;
  /** Resolves after `delayMs`, or at once when `signal` aborts; it never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise(resolve => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

/** For durations alone: runs evenly, whatever the wall clock is set to, and says nothing of the time of day. */
export const steadyClock: Clock = { ...systemClock, now: () => performance.now() };

/** Of what was noted at `sinceMs` by a wall clock. One set back since then cannot tell: past every bound. */
export const ageMs = (sinceMs: number, nowMs: number): number =>
  nowMs < sinceMs ? Number.POSITIVE_INFINITY : nowMs - sinceMs;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
