import { useCallback } from 'react';
import { useIsPaused } from '../_queries/use-settings';

interface Work {
  status: string;
  reason: string | null;
}

/** A message that is queued, a task that is ready: nothing of its own holds it. */
const DUE: readonly string[] = ['queued', 'ready'];
const PAUSED = 'all dispatch is paused';

/** Why work stands as it does, where there is a reason; what is due waits for the end of a pause of all dispatch. */
export const reasonOf = ({ status, reason }: Work, isPaused: boolean): string | null =>
  isPaused && DUE.includes(status) ? [PAUSED, reason].filter(Boolean).join(' · ') : reason;

export function useReasonOf(): (work: Work) => string | null {
  const isPaused = useIsPaused();
  return useCallback(work => reasonOf(work, isPaused), [isPaused]);
}
