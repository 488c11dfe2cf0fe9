'use client';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { formatAbsolute } from '@/app/_ui/duration';
import { Lamp } from '@/app/_ui/lamp';
import { LAMP_TEXT } from '@/app/_ui/status';
import { useNow } from '@/app/_ui/use-now';
import { countdownOf } from '../_inbox/inbox-words';

/** Counts down to the deadline, and up past it. Not a live region: it moves every second. */
export function Deadline({ item, className = '' }: { item: InboxItem; className?: string }) {
  const now = useNow(1_000);
  const countdown = countdownOf(item, now);
  if (countdown === null || item.deadline === undefined) return null;
  const { lamp, text } = countdown;
  return (
    <time
      dateTime={item.deadline}
      title={formatAbsolute(item.deadline)}
      className={`inline-flex items-center gap-1 align-middle whitespace-nowrap ${lamp === 'idle' ? 'text-muted' : `font-medium ${LAMP_TEXT[lamp]}`} ${className}`}
    >
      {lamp === 'idle' ? null : <Lamp lamp={lamp} />}
      {text}
    </time>
  );
}
