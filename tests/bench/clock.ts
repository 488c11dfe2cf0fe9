/** Monotonic and the same for every process of this machine (CLOCK_MONOTONIC), in ms. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export interface Sample {
  p50: number;
  p99: number;
  count: number;
}

export function summarise(latencies: readonly number[]): Sample {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), count: sorted.length };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export const sleep = (delayMs: number): Promise<void> => new Promise(resolve => setTimeout(resolve, delayMs));
