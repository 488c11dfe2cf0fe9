import { backoffMs } from '../../kernel/backoff';
import { MINUTE_MS, SECOND_MS } from '../../kernel/clock';

/**
 * Back-off by what went wrong. A lapse waited a whole lease already, so it is due again at once; a failure the agent
 * calls retryable is likely to meet the same trouble, so it waits longer each time.
 */
export type RetryClass = 'lapsed' | 'failed';

const CURVES: Record<RetryClass, { baseMs: number; maxMs: number }> = {
  lapsed: { baseMs: 0, maxMs: 0 },
  failed: { baseMs: SECOND_MS, maxMs: 5 * MINUTE_MS },
};

/** `attempt` is the one that just ended, from 1. */
export const retryDelayMs = (retryClass: RetryClass, attempt: number, random: () => number = Math.random): number =>
  backoffMs(Math.max(0, attempt - 1), { ...CURVES[retryClass], random });
