import { EVENT_TYPES } from '@/lib/domain/event/schema';
import type { Stats } from '@/lib/domain/stats/schema';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { useDecay } from './use-decay';

/** The numbers move as often as one can read them, whatever the rate of events. */
const GAP_MS = 1_000;
const KEY = ['stats'];

export function useStats() {
  const stats = useLiveQuery<Stats>({
    key: KEY,
    path: '/api/stats',
    staleOn: EVENT_TYPES,
    gapMs: GAP_MS,
    alsoQuietly: true,
  });
  const isDecaying = (stats.data?.work.orchestratorsConnected ?? 0) > 0;
  useDecay({ key: KEY, gapMs: GAP_MS, isDecaying, readAt: stats.dataUpdatedAt });
  return stats;
}
