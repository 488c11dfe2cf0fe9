'use client';
import { badgeText } from '../_inbox/inbox-count';
import { useInbox } from '../_queries/use-inbox';

/** How much waits for a person, beside the page's name; nothing where nothing waits, or where it is not known. */
export function InboxCount() {
  const { items, isPending, hasNextPage } = useInbox();
  if (isPending || items.length === 0) return null;
  return (
    <span
      data-testid="inbox-count"
      className="nav-count tabular ml-auto rounded-full tint-waiting px-1.5 text-2xs font-semibold text-waiting"
    >
      {badgeText(items.length, hasNextPage)}
      <span className="sr-only"> waiting</span>
    </span>
  );
}
