'use client';
import { useEffect, useRef, useState } from 'react';
import { useEventLog } from '@/app/_live/use-event-log';
import { plural } from '@/app/_ui/number';

/** A busy feed read out row by row would never end: one sentence in this time, and none while nothing came. */
const SPEAK_EVERY_MS = 15_000;

/** Says to those who hear the page how much came. */
export function FeedAnnouncer({ isHeld }: { isHeld: boolean }) {
  const { events } = useEventLog();
  const [sentence, setSentence] = useState('');
  const count = useRef(0);
  const newest = useRef<string | undefined>(undefined);
  useEffect(() => {
    const before = events.findIndex(event => event.position === newest.current);
    if (newest.current !== undefined) count.current += before === -1 ? events.length : before;
    newest.current = events[0]?.position;
  }, [events]);
  useEffect(() => {
    if (isHeld) return;
    const timer = setInterval(() => {
      if (count.current > 0) setSentence(`${plural(count.current, 'event')} in the last 15 seconds`);
      count.current = 0;
    }, SPEAK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isHeld]);
  return (
    <p aria-live="polite" className="sr-only">
      {sentence}
    </p>
  );
}
