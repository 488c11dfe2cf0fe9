export interface BackoffOptions {
  baseMs: number;
  maxMs: number;
  /** 0..1 source; injected so that tests are exact. */
  random?: () => number;
}

/** Exponential with half jitter: `min(max, base * 2^attempt)` times 0.5 to 1. `attempt` counts from 0. */
export function backoffMs(attempt: number, { baseMs, maxMs, random = Math.random }: BackoffOptions): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(full * (0.5 + random() / 2));
}
