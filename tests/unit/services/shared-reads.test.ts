import { describe, expect, it } from 'vitest';
import type { Clock } from '@/lib/kernel/clock';
import { deferred } from '@/lib/kernel/deferred';
import { SharedReads } from '@/lib/kernel/shared-reads';

/** Time moves only by sleeping. */
function steppingClock(): Clock & { slept: number[] } {
  let nowMs = 1_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    sleep: async delayMs => {
      slept.push(delayMs);
      nowMs += delayMs;
    },
  };
}

describe('shared reads', () => {
  it('make one read of those who ask at once', async () => {
    const reads = new SharedReads<number>(steppingClock());
    let count = 0;
    const read = async () => (count += 1);
    expect(await Promise.all(Array.from({ length: 10 }, () => reads.read('a', read)))).toEqual(Array(10).fill(1));
    expect(count).toBe(1);
  });

  it('never answer with a read that began before one asked, and keep the gap', async () => {
    const clock = steppingClock();
    const reads = new SharedReads<string>(clock);
    let state = 'old';
    const gate = deferred<void>();
    const first = reads.read('a', async () => {
      const seen = state;
      await gate.promise;
      return seen;
    });
    await new Promise(resolve => setImmediate(resolve));
    state = 'new';
    const later = [1, 2].map(() => reads.read('a', async () => state));
    gate.resolve();
    expect([await first, ...(await Promise.all(later))]).toEqual(['old', 'new', 'new']);
    expect(clock.slept).toEqual([20, 250]);
  });

  it('do not make anybody wait long for a read that hung while the database was away', async () => {
    const clock = steppingClock();
    const reads = new SharedReads<string>(clock);
    await reads.read('a', async () => {
      await clock.sleep(15_000);
      return 'at last';
    });
    clock.slept.length = 0;
    expect(await reads.read('a', async () => 'well again')).toBe('well again');
    expect(clock.slept.every(ms => ms <= 2_000)).toBe(true);
  });

  it('make nobody wait for a clock that was set back to be where it was', async () => {
    let nowMs = 3_600_000;
    const slept: number[] = [];
    const sleep = async (delayMs: number) => void slept.push(delayMs);
    const reads = new SharedReads<number>({ now: () => nowMs, sleep });
    await reads.read('a', async () => 1);
    nowMs = 0;
    await reads.read('a', async () => 2);
    expect(Math.max(...slept)).toBeLessThanOrEqual(250);
  });

  it('go on after a read that failed, and keep keys apart', async () => {
    const reads = new SharedReads<number>(steppingClock());
    await expect(reads.read('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await Promise.all([reads.read('a', async () => 1), reads.read('b', async () => 2)])).toEqual([1, 2]);
  });
});
