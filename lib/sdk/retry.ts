import { isControlPlaneError } from '../domain/errors';
import { backoffMs } from '../kernel/backoff';
import type { Clock } from '../kernel/clock';

export interface RetryOptions {
  clock: Clock;
  random: () => number;
}

/** Bridges a restart's first second; whoever must hold out longer (a heartbeat, a result) has its own loop. */
const MAX_TRIES = 4;
const BASE_MS = 200;
const MAX_MS = 2_000;
/** A server that asks for more than this is told to the caller instead of waited for. */
const LONGEST_RETRY_AFTER_MS = 10_000;

/** Repeats a call that does no harm when done twice, while its failure is one that passes. */
export async function retryWhileSafe<T>(
  call: () => Promise<T>,
  { clock, random }: RetryOptions,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isControlPlaneError(error) || error.retry === 'never' || attempt + 1 >= MAX_TRIES) throw error;
      const askedMs = error.retryAfterMs ?? 0;
      if (askedMs > LONGEST_RETRY_AFTER_MS) throw error;
      await clock.sleep(Math.max(askedMs, backoffMs(attempt, { baseMs: BASE_MS, maxMs: MAX_MS, random })), signal);
      if (signal?.aborted) throw error;
    }
  }
}
