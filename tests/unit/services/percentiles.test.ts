import { array, assert, double, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentilesOf } from '@/lib/services/stats/percentiles';

describe('percentiles', () => {
  it('of nothing are nothing, never 0', () => {
    expect(percentilesOf([])).toBeNull();
  });

  it('lie within a per cent of the sorted samples', () => {
    const samples = array(double({ min: 0.01, max: 3_600_000, noNaN: true }), { minLength: 1, maxLength: 300 });
    assert(
      property(samples, values => {
        const sorted = values.toSorted((a, b) => a - b);
        const { p50, p99, count } = percentilesOf(values)!;
        const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
        expect(count).toBe(values.length);
        expect(Math.abs(p50 - at(0.5))).toBeLessThanOrEqual(at(0.5) * 0.01 + 0.001);
        expect(Math.abs(p99 - at(0.99))).toBeLessThanOrEqual(at(0.99) * 0.01 + 0.001);
      }),
    );
  });

  it('take a time that two clocks made negative as 0', () => {
    expect(percentilesOf([-5, -5])).toEqual({ p50: 0, p95: 0, p99: 0, count: 2 });
  });
});
