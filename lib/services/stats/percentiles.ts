import { build } from 'hdr-histogram-js';
import type { Percentiles } from '../../domain/stats/schema';

/** As exact as the histogram is: half a per cent. */
const DIGITS = 3;
const MICROSECONDS = 1_000;

/** Null when there is nothing to tell of: no data is not zero. Clocks of two machines may make a time negative; it is 0. */
export function percentilesOf(samplesMs: readonly number[]): Percentiles | null {
  if (samplesMs.length === 0) return null;
  const histogram = build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: DIGITS });
  for (const ms of samplesMs) histogram.recordValue(Math.max(0, Math.round(ms * MICROSECONDS)));
  // A bucket answers with its upper end; the digits it stands for are its own.
  const at = (percentile: number) =>
    Number((histogram.getValueAtPercentile(percentile) / MICROSECONDS).toPrecision(DIGITS));
  return { p50: at(50), p95: at(95), p99: at(99), count: samplesMs.length };
}
