import { useEffect } from 'react';
import { EVENT_TYPES, type EventType } from '@/lib/domain/event/schema';
import type { SystemHealth } from '@/lib/domain/health/schema';
import { useLive } from '@/app/_live/live-context';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { useDecay } from './use-decay';

const KEY = ['health'];
/** Health looks at the whole database; no page needs it more often. */
const GAP_MS = 5_000;
/** 'Nobody listening' comes true ten seconds after the last orchestrator left, by time alone: read when it would. */
const ALARM_AFTER_MS = 11_000;
const STALE_ON: readonly EventType[] = EVENT_TYPES.filter(type => !type.startsWith('tool:'));

export function useHealth() {
  const { connection, refresher } = useLive();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = connection.onEvent(() => {
      clearTimeout(timer);
      timer = setTimeout(() => refresher.mark(KEY, GAP_MS), ALARM_AFTER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [connection, refresher]);
  const health = useLiveQuery<SystemHealth>({
    key: KEY,
    path: '/api/system-health',
    staleOn: STALE_ON,
    gapMs: GAP_MS,
    alsoQuietly: true,
  });
  const { orchestratorsConnected = 0, oldestDueSeconds = null } = health.data ?? {};
  const isDecaying = orchestratorsConnected > 0 || oldestDueSeconds !== null;
  useDecay({ key: KEY, gapMs: GAP_MS, isDecaying, readAt: health.dataUpdatedAt });
  return health;
}
