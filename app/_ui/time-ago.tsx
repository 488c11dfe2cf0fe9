'use client';
import { NO_DATA, formatAbsolute, formatAgo, formatClock } from './duration';
import { useNow } from './use-now';

const SECOND_MS = 1_000;

interface TimeProps {
  at: string | null | undefined;
  className?: string;
}

/** How long ago, with the absolute time on hover. What was is never shown as yet to come: the clocks of two machines differ. */
export function TimeAgo({ at, className }: TimeProps) {
  const now = useNow(SECOND_MS);
  if (!at) return <span className={className}>{NO_DATA}</span>;
  return (
    <time dateTime={at} title={formatAbsolute(at)} className={`whitespace-nowrap ${className ?? ''}`}>
      {formatAgo(Math.max(0, now - Date.parse(at)))}
    </time>
  );
}

/** How long until then, or how long it is past. */
export function TimeUntil({ at, className }: TimeProps & { at: string }) {
  const now = useNow(SECOND_MS);
  return (
    <time dateTime={at} title={formatAbsolute(at)} className={`whitespace-nowrap ${className ?? ''}`}>
      {formatAgo(now - Date.parse(at))}
    </time>
  );
}

/** The time of day to the millisecond, where order matters. */
export function ClockTime({ at, className }: TimeProps) {
  if (!at) return <span className={className}>{NO_DATA}</span>;
  return (
    <time dateTime={at} title={formatAbsolute(at)} className={`mono whitespace-nowrap ${className ?? ''}`}>
      {formatClock(at)}
    </time>
  );
}
