import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRefresher } from '@/app/_live/refresher';

const KEY = ['stats'];
const GAP_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watched(read: () => Promise<number>) {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  });
  client.mount();
  const stop = new QueryObserver(client, { queryKey: KEY, queryFn: read }).subscribe(() => undefined);
  const refresher = createRefresher(client);
  return {
    client,
    refresher,
    end: () => {
      refresher.stop();
      stop();
      client.unmount();
      client.clear();
    },
  };
}

describe('refresher', () => {
  it('makes one read of a burst of events', async () => {
    let reads = 0;
    const { refresher, end } = watched(async () => (reads += 1));
    await vi.advanceTimersByTimeAsync(0);
    for (let event = 0; event < 100; event += 1) refresher.mark(KEY, GAP_MS);
    await vi.advanceTimersByTimeAsync(GAP_MS * 3);
    expect(reads).toBe(2);
    end();
  });

  it('reads on the mean once in the gap, however steady the events', async () => {
    let reads = 0;
    const { refresher, end } = watched(async () => (reads += 1));
    for (let tick = 0; tick < 100; tick += 1) {
      refresher.mark(KEY, GAP_MS);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(reads).toBeGreaterThanOrEqual(10);
    expect(reads).toBeLessThanOrEqual(13);
    end();
  });

  it('reads soon for a second event, and not for a third', async () => {
    const readAt: number[] = [];
    const { refresher, end } = watched(async () => readAt.push(Date.now()));
    await vi.advanceTimersByTimeAsync(0);
    const startMs = Date.now();
    for (let event = 0; event < 3; event += 1) {
      refresher.mark(KEY, GAP_MS);
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(GAP_MS * 3);
    const [, first, second, third] = readAt.map(at => at - startMs);
    expect(readAt).toHaveLength(4);
    expect(first).toBeLessThanOrEqual(100);
    expect(second).toBeLessThanOrEqual(200);
    expect(third).toBe(first! + GAP_MS * 2);
    end();
  });

  it('gathers as briefly as it was told, and keeps to the mean all the same', async () => {
    const readAt: number[] = [];
    const { refresher, end } = watched(async () => readAt.push(Date.now()));
    await vi.advanceTimersByTimeAsync(0);
    const startMs = Date.now();
    for (let event = 0; event < 300; event += 1) {
      refresher.mark(KEY, GAP_MS, 5);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(readAt[1]! - startMs).toBe(5);
    expect(readAt.length).toBeLessThanOrEqual(6);
    end();
  });

  it('reads again after a first read that was under way when the event came', async () => {
    let reads = 0;
    const { refresher, client, end } = watched(async () => {
      const stateThen = reads;
      reads += 1;
      await new Promise(resolve => setTimeout(resolve, 500));
      return stateThen;
    });
    await vi.advanceTimersByTimeAsync(100);
    refresher.mark(KEY, GAP_MS);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(reads).toBe(2);
    expect(client.getQueryData(KEY)).toBe(1);
    end();
  });

  it('reads once more for an event that came during its own read', async () => {
    let reads = 0;
    const { refresher, end } = watched(async () => {
      reads += 1;
      await new Promise(resolve => setTimeout(resolve, 200));
      return reads;
    });
    await vi.advanceTimersByTimeAsync(300);
    refresher.mark(KEY, GAP_MS);
    await vi.advanceTimersByTimeAsync(100);
    refresher.mark(KEY, GAP_MS);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(reads).toBe(3);
    end();
  });

  it('begins nothing after it was stopped', async () => {
    let reads = 0;
    const { refresher, end } = watched(async () => (reads += 1));
    await vi.advanceTimersByTimeAsync(0);
    refresher.mark(KEY, GAP_MS);
    refresher.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(reads).toBe(1);
    end();
  });
});
