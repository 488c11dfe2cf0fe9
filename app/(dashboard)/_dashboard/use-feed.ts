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

/** The feed as it was when it was held. */
interface Held {
  events: readonly LoggedEvent[];
  arrived: ReadonlyMap<string, number>;
}

/** The feed as somebody reads it: live at the top, still when paused or scrolled. */
export function useFeed(matches: (type: string) => boolean): Feed {
  const { events, arrived, ready } = useEventLog();
  const [isPaused, setPaused] = useState(false);
  /** Null while it runs. */
  const [held, setHeld] = useState<Held | null>(null);
  const source = held?.events ?? events;
  const rows = useMemo(() => source.filter(event => matches(event.type)), [source, matches]);
  const newCount = useMemo(
    () => (held === null ? 0 : countNew(arrived, held.arrived, matches)),
    [arrived, held, matches],
  );

  const pause = (paused: boolean) => {
    setPaused(paused);
    setHeld(paused ? { events, arrived } : null);
  };
  const setAtTop = useCallback(
    (atTop: boolean) => {
      if (isPaused) return;
      setHeld(before => (atTop ? null : (before ?? { events, arrived })));
    },
    [isPaused, events, arrived],
  );
  const showNew = () => setHeld(isPaused ? { events, arrived } : null);
  return { rows, ready, newCount, isPaused, setPaused: pause, setAtTop, showNew };
}

/** Not from the log, which holds a thousand: a feed that was left paused over lunch still tells how many came. */
function countNew(
  now: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
  matches: (type: string) => boolean,
): number {
  let count = 0;
  for (const [type, total] of now) if (matches(type)) count += total - (before.get(type) ?? 0);
  return count;
}
