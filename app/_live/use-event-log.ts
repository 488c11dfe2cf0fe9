import type { LoggedEvent } from './event-log';
import { useLive, useStore } from './live-context';

export type { LoggedEvent } from './event-log';
export { MAX_LOGGED, RATE_SECONDS } from './event-log';

/** Newest first, how many of each type came, and whether the first read did. */
export function useEventLog(): {
  events: readonly LoggedEvent[];
  arrived: ReadonlyMap<string, number>;
  ready: boolean;
} {
  const { log } = useLive();
  return { events: useStore(log.events), arrived: useStore(log.arrived), ready: useStore(log.since) !== null };
}

export function useEventRate(): { perSecond: ReadonlyMap<number, number>; sinceMs: number | null } {
  const { log } = useLive();
  return { perSecond: useStore(log.perSecond), sinceMs: useStore(log.since) };
}
