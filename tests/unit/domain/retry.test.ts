import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '@/lib/domain/dispatch/retry';

const MINUTE = 60_000;

describe('a retry', () => {
  it('after a failure waits twice as long each time, up to five minutes', () => {
    const delays = [1, 2, 3, 4, 5].map(attempt => retryDelayMs('failed', attempt, () => 1));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(retryDelayMs('failed', 100, () => 1)).toBe(5 * MINUTE);
  });

  it('is spread over half of its wait, so that what failed together does not come together', () => {
    expect(retryDelayMs('failed', 3, () => 0)).toBe(2_000);
    const seen = new Set(Array.from({ length: 50 }, () => retryDelayMs('failed', 3)));
    expect(seen.size).toBeGreaterThan(20);
    expect([...seen].every(delay => delay >= 2_000 && delay <= 4_000)).toBe(true);
  });

  it('after a lapse comes at once: it waited a whole lease already', () => {
    expect([1, 2, 9].map(attempt => retryDelayMs('lapsed', attempt))).toEqual([0, 0, 0]);
  });
});
