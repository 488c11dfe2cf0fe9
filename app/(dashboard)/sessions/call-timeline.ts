import type { ToolCall } from '@/lib/domain/tool-call/schema';

/** What a timeline of calls spans, in epoch ms. */
export interface CallScale {
  fromMs: number;
  toMs: number;
}

/** Whole of what is loaded; null while there is nothing to span. A call under way reaches to the latest moment known. */
export function scaleOf(calls: readonly ToolCall[]): CallScale | null {
  const starts = calls.map(call => Date.parse(call.startedAt));
  const ends = calls.map((call, at) => starts[at]! + (call.durationMs ?? 0));
  const fromMs = Math.min(...starts);
  const toMs = Math.max(...ends);
  return toMs > fromMs ? { fromMs, toMs } : null;
}

/** Where a call stands in it, in per cent of its width. */
export function placeOfCall(call: ToolCall, { fromMs, toMs }: CallScale): { left: number; width: number } {
  const startMs = Date.parse(call.startedAt);
  const endMs = call.durationMs === null ? toMs : startMs + call.durationMs;
  const share = (ms: number) => (100 * ms) / (toMs - fromMs);
  return { left: share(startMs - fromMs), width: share(Math.max(0, endMs - startMs)) };
}
