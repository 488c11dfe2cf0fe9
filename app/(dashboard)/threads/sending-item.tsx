import { Skeleton } from '@heroui/react/skeleton';
import { Markdown } from '@/app/_ui/markdown';
import type { Sending } from './use-outbox';

/** Marked until the server agrees. */
export function SendingItem({ row }: { row: Sending }) {
  return (
    <article aria-label="Message being sent" aria-busy="true" className="py-4 opacity-60">
      <p className="mb-1.5 flex items-center gap-2 text-xs text-muted">
        <Skeleton className="size-3.5 rounded-full" /> sending{row.assignedTo ? ` to ${row.assignedTo}` : ''}
      </p>
      <Markdown text={row.body} />
    </article>
  );
}
