import { useCallback, useMemo, useState } from 'react';
import { useEventLog, type LoggedEvent } from '@/app/_live/use-event-log';

export interface Feed {
  rows: readonly LoggedEvent[];
  ready: boolean;
  /** Came since the feed was held, and are not shown. */
  newCount: number;
  /** By the button; stays until pressed again. */
  isPaused: boolean;
  setPaused: (paused: boolean) => void;
  /** Reading below the top holds the feed too, so that rows do not run away. */
  setAtTop: (atTop: boolean) => void;
  showNew: () => void;
}

/** The feed as somebody reads it: live at the top, still when paused or scrolled. */
export function useFeed(matches: (type: string) => boolean): Feed {
  const { events, ready } = useEventLog();
  const [isPaused, setPaused] = useState(false);
  /** What was newest when the feed was held; null while it runs. */
  const [held, setHeld] = useState<readonly LoggedEvent[] | null>(null);
  const source = held ?? events;
  const rows = useMemo(() => source.filter(event => matches(event.type)), [source, matches]);
  const newCount = useMemo(() => (held === null ? 0 : countNew(events, held, matches)), [events, held, matches]);

  const pause = (paused: boolean) => {
    setPaused(paused);
    setHeld(paused ? events : null);
  };
  const setAtTop = useCallback(
    (atTop: boolean) => {
      if (isPaused) return;
      setHeld(before => (atTop ? null : (before ?? events)));
    },
    [isPaused, events],
  );
  const showNew = () => setHeld(isPaused ? events : null);
  return { rows, ready, newCount, isPaused, setPaused: pause, setAtTop, showNew };
}

function countNew(
  events: readonly LoggedEvent[],
  held: readonly LoggedEvent[],
  matches: (type: string) => boolean,
): number {
  const newest = held[0]?.position;
  let count = 0;
  for (const event of events) {
    if (event.position === newest) break;
    if (matches(event.type)) count += 1;
  }
  return count;
}
