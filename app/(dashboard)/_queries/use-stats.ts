import { EVENT_TYPES } from '@/lib/domain/event/schema';
import type { Stats } from '@/lib/domain/stats/schema';
import { useLiveQuery } from '@/app/_live/use-live-query';

/** The numbers move as often as one can read them, whatever the rate of events. */
const GAP_MS = 1_000;

export function useStats() {
  return useLiveQuery<Stats>({
    key: ['stats'],
    path: '/api/stats',
    staleOn: EVENT_TYPES,
    gapMs: GAP_MS,
    alsoQuietly: true,
  });
}
