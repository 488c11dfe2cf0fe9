import type { Clock } from './clock';

/** Settles with `work`, or resolves when that took longer than it may. Nothing is left running but the work itself. */
export async function atMost(limitMs: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([work, clock.sleep(limitMs, over.signal)]);
  } finally {
    over.abort();
  }
}
