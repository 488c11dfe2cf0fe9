import { describe, expect, it } from 'vitest';
import type { StreamEntry } from '@/lib/stream/entry';
import { EventRing } from '@/lib/stream/ring';

const point = (n: number): string => `82${String(n).padStart(16, '0')}`;
const entry = (n: number, bytes = 10): StreamEntry => ({
  point: point(n),
  head: { type: 'message-created', tenantId: 'default', projectId: null, assignedTo: null },
  frame: Buffer.alloc(bytes),
});
const createRing = (limits: { ringEvents?: number; ringBytes?: number } = {}, entries: number[] = []): EventRing => {
  const ring = new EventRing({ ringEvents: 5, ringBytes: 1_000_000, ...limits });
  ring.clear(point(0));
  for (const n of entries) ring.push(entry(n));
  return ring;
};
const points = (ring: EventRing): string[] =>
  Array.from({ length: ring.size }, (_, at) => ring.at(ring.firstSeq + at).point);

describe('the ring', () => {
  it('keeps the newest, and its floor says from where it has all', () => {
    const ring = createRing({}, [1, 2, 3, 4, 5, 6, 7]);
    expect(points(ring)).toEqual([3, 4, 5, 6, 7].map(point));
    expect(ring.floor).toBe(point(2));
    expect(ring.covers(point(2))).toBe(true);
    expect(ring.covers(point(1))).toBe(false);
  });

  it('is bounded in bytes too, and always keeps the newest', () => {
    const ring = createRing({ ringEvents: 100, ringBytes: 3_000 });
    for (let n = 1; n <= 10; n += 1) ring.push(entry(n, 500));
    expect(ring.size).toBe(3);
    expect(ring.bytes).toBeLessThanOrEqual(3_000);
    ring.push(entry(11, 100_000));
    expect(points(ring)).toEqual([point(11)]);
  });

  it('finds the place after any point, there or not', () => {
    const ring = createRing({}, [10, 20, 30]);
    const first = ring.firstSeq;
    expect([5, 10, 15, 30, 99].map(n => ring.seqAfter(point(n)) - first)).toEqual([0, 1, 1, 3, 3]);
  });

  it('numbers entries for good, over evictions and clearing', () => {
    const ring = createRing({}, [1, 2, 3]);
    const seq = ring.seqAfter(point(2));
    for (let n = 4; n <= 3_000; n += 1) ring.push(entry(n));
    expect(ring.firstSeq).toBeGreaterThan(seq);
    const end = ring.endSeq;
    ring.clear(point(9_000));
    expect([ring.firstSeq, ring.endSeq, ring.size, ring.bytes]).toEqual([end, end, 0, 0]);
    expect(ring.covers(point(8_999))).toBe(false);
  });

  it('takes history in front, as much as fits, and lowers its floor accordingly', () => {
    const ring = createRing({}, [10, 11]);
    const seq = ring.seqAfter(point(10));
    ring.prepend([entry(1), entry(2), entry(3), entry(4)], point(0));
    expect(points(ring)).toEqual([2, 3, 4, 10, 11].map(point));
    expect(ring.floor).toBe(point(1));
    expect(ring.at(seq).point).toBe(point(11));

    const roomy = createRing({ ringEvents: 10 }, [10]);
    roomy.prepend([entry(5)], point(3));
    expect(roomy.floor).toBe(point(3));
    roomy.prepend([], point(1));
    expect([roomy.floor, roomy.size]).toEqual([point(1), 2]);
  });

  it('refuses what comes out of order', () => {
    expect(() => createRing({}, [2, 2])).toThrow(/order/);
    expect(() => createRing({}, [2, 1])).toThrow(/order/);
  });
});
