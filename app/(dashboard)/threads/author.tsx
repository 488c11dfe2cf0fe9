import { ArrowRight } from 'lucide-react';
import type { Message } from '@/lib/domain/message/schema';
import { SENDER_ICONS } from '../_work/sender-icons';

/** Who said it, as the credential says; in which tier, on whose behalf, and to whom. */
export function Author({ message }: { message: Message }) {
  const Icon = SENDER_ICONS[message.from.kind];
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 text-table">
      <Icon aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="font-semibold">{message.from.id}</span>
      <span className="text-xs text-muted">
        {message.from.tier ?? 'system'}
        {message.onBehalfOf ? ` for ${message.onBehalfOf}` : ''}
      </span>
      {message.assignedTo ? (
        <span className="flex items-center gap-1 text-muted">
          <ArrowRight aria-label="to" className="size-3.5" />
          <span>{message.assignedTo}</span>
        </span>
      ) : null}
      {message.kind === 'message' ? null : (
        <span className="rounded-sm bg-default px-1.5 py-0.5 text-2xs font-medium">
          {message.late ? `late ${message.kind}` : message.kind}
        </span>
      )}
    </span>
  );
}
