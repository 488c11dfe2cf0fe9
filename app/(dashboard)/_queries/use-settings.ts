import type { Settings } from '@/lib/domain/settings/schema';
import { useLiveQuery } from '@/app/_live/use-live-query';

export const SETTINGS_KEY = ['settings'];

/** No event tells of settings: whoever changes them has them read again, and so has work that moves or is held. */
export function useSettings() {
  return useLiveQuery<Settings>({
    key: SETTINGS_KEY,
    path: '/api/settings',
    staleOn: ['dispatch-created', 'message-updated', 'task-updated'],
    gapMs: 5_000,
    alsoQuietly: true,
  });
}

/** Whether all dispatch is paused; no, while it is not known. */
export const useIsPaused = (): boolean => useSettings().data?.dispatchPaused === true;
