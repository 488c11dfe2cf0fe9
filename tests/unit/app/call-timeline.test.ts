import { describe, expect, it } from 'vitest';
import { placeOfCall, scaleOf } from '@/app/(dashboard)/sessions/call-timeline';
import type { ToolCall } from '@/lib/domain/tool-call/schema';

const call = (startedMs: number, durationMs: number | null): ToolCall =>
  ({ startedAt: new Date(startedMs).toISOString(), durationMs }) as ToolCall;

describe('the timeline of a session’s calls', () => {
  it('spans from the first start to the latest end, whatever their order', () => {
    const calls = [call(9_000, 500), call(1_000, 200), call(2_000, 8_000)];
    const scale = scaleOf(calls)!;
    expect(scale).toEqual({ fromMs: 1_000, toMs: 10_000 });
    expect(placeOfCall(call(1_000, 900), scale)).toEqual({ left: 0, width: 10 });
    expect(placeOfCall(call(5_500, 4_500), scale)).toEqual({ left: 50, width: 50 });
  });

  it('lets a call under way reach to the latest moment known, and never backwards', () => {
    const scale = scaleOf([call(0, 100), call(50, null)])!;
    expect(placeOfCall(call(50, null), scale)).toEqual({ left: 50, width: 50 });
    expect(placeOfCall(call(120, null), { fromMs: 0, toMs: 100 }).width).toBe(0);
  });

  it('spans nothing without calls, or where all was one moment', () => {
    expect(scaleOf([])).toBeNull();
    expect(scaleOf([call(5, null)])).toBeNull();
    expect(scaleOf([call(5, 0)])).toBeNull();
  });
});
