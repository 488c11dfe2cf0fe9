import Link from 'next/link';
import { memo, useState } from 'react';
import type { LoggedEvent } from '@/app/_live/use-event-log';
import { Lamp } from '@/app/_ui/lamp';
import { ClockTime } from '@/app/_ui/time-ago';
import { describeEvent } from './describe-event';

/** Height of one line; the list is virtual, so it is the same for all. */
export const FEED_ROW_PX = 28;

/** Drawn this soon after it came, a row shows its tint; one that is scrolled back into sight does not. */
const FRESH_MS = 1_000;

/** An event never changes: a row is drawn once, however fast others come. */
export const FeedRow = memo(function FeedRow({ event }: { event: LoggedEvent }) {
  const [isFresh] = useState(() => Date.now() - event.receivedAt < FRESH_MS);
  const { about, note, lamp, href } = describeEvent(event);
  const line = (
    <>
      <ClockTime at={event.at} className="w-23 shrink-0 text-2xs text-muted" />
      <Lamp lamp={lamp} className="size-3" />
      <span className="w-34 shrink-0 truncate text-xs" title={event.type}>
        {event.type}
      </span>
      <span className="min-w-0 truncate text-xs font-medium" title={about}>
        {about}
      </span>
      {/* What became of it is a short word, whom it is about two long names: those can lose their end. On a phone there
          is room for one of them. */}
      <span className="max-w-2/5 min-w-0 shrink-[99] truncate text-xs text-muted sm:shrink-0" title={note || undefined}>
        {note}
      </span>
    </>
  );
  const look = `flex h-full items-center gap-2.5 px-4 ${isFresh ? 'arrived' : ''}`;
  if (href === null) return <div className={look}>{line}</div>;
  return (
    <Link href={href} prefetch={false} className={`${look} hover:bg-surface-secondary focus-visible:-outline-offset-2`}>
      {line}
    </Link>
  );
});
