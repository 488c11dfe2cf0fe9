import { useEffect } from 'react';
import type { QueryKey } from '@tanstack/react-query';
import { useLive } from '@/app/_live/live-context';

/** An orchestrator counts as connected for ten seconds after it was last heard. */
const DECAYS_AFTER_MS = 11_000;

interface Decay {
  key: QueryKey;
  gapMs: number;
  /** The answer tells of something that ends by time alone. */
  isDecaying: boolean;
  /** When that answer came. */
  readAt: number;
}

/**
 * No event tells that somebody was not heard for a while: the answer is read again when that may have come true, for as
 * long as it tells of any. Seen on a page that was loaded after the last event: one orchestrator, long gone. A dispatch
 * falls quiet, and its heartbeats come, without an event as well.
 */
export function useDecay({ key, gapMs, isDecaying, readAt }: Decay): void {
  const { refresher } = useLive();
  useEffect(() => {
    if (!isDecaying) return;
    const waitMs = Math.max(gapMs, readAt + DECAYS_AFTER_MS - Date.now());
    const timer = setTimeout(() => refresher.mark(key, gapMs), waitMs);
    return () => clearTimeout(timer);
  }, [refresher, key, gapMs, isDecaying, readAt]);
}
