import { describe, expect, it } from 'vitest';
import { fewRandomBytes } from '@/lib/auth/random';

describe('few random bytes', () => {
  it('are as many as asked for, never the same, also over the end of a block and longer than one', () => {
    const seen = new Set<string>();
    for (let n = 0; n < 3_000; n += 1) {
      const bytes = fewRandomBytes(24);
      expect(bytes).toHaveLength(24);
      seen.add(bytes.toString('hex'));
    }
    expect(seen.size).toBe(3_000);
    const long = fewRandomBytes(20_000);
    expect(long).toHaveLength(20_000);
    // Wiped where it was taken from, and not in what was given.
    expect(long.every(byte => byte === 0)).toBe(false);
  });
});
