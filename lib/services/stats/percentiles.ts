import { build } from 'hdr-histogram-js';
import type { Percentiles } from '../../domain/stats/schema';

/** Three digits: a p99 of 1,234 ms is shown as 1,234. */
const DIGITS = 3;
const MICROSECONDS = 1_000;

/** Null when there is nothing to tell of: no data is not zero. Clocks of two machines may make a time negative; it is 0. */
export function percentilesOf(samplesMs: readonly number[]): Percentiles | null {
  if (samplesMs.length === 0) return null;
  const histogram = build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: DIGITS });
  let most = 0;
  for (const ms of samplesMs) {
    const micros = Math.max(0, Math.round(ms * MICROSECONDS));
    histogram.recordValue(micros);
    if (micros > most) most = micros;
  }
  // A bucket answers with its upper end, which may lie above every sample.
  const at = (percentile: number) => Math.min(most, histogram.getValueAtPercentile(percentile)) / MICROSECONDS;
  return { p50: at(50), p95: at(95), p99: at(99), count: samplesMs.length };
}
