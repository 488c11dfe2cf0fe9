'use client';
import { memo, useState } from 'react';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import type { Message } from '@/lib/domain/message/schema';
import { Markdown } from '@/app/_ui/markdown';
import { PriorityMark } from '@/app/_ui/priority-mark';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { Author } from './author';
import { DispatchRow } from '../_work/dispatch-row';
import { LedgerTicks } from '../_work/ledger-ticks';
import { MessageActions } from './message-actions';

/** Came this recently: shown with its tint, once. */
const ARRIVED_MS = 3_000;

interface MessageItemProps {
  message: Message;
  dispatches: readonly DispatchRecord[];
  /** Why it stands as it does. */
  reason: string | null;
  /** Its choices stand at the composer now. */
  isOpenQuestion: boolean;
}

export const MessageItem = memo(function MessageItem({
  message,
  dispatches,
  reason,
  isOpenQuestion,
}: MessageItemProps) {
  const isWork = message.status !== 'none';
  const [isNew] = useState(() => Date.now() - Date.parse(message.createdAt) < ARRIVED_MS);
  return (
    <article aria-label={`Message from ${message.from.id}`} className={`-mx-4 px-4 py-4 ${isNew ? 'arrived' : ''}`}>
      <header className="mb-1.5 flex flex-wrap items-center gap-x-3 gap-y-1">
        <Author message={message} />
        {message.priority === 'normal' ? null : <PriorityMark priority={message.priority} />}
        <TimeAgo at={message.createdAt} className="ml-auto text-xs text-muted" />
      </header>
      <Markdown text={message.body} />
      {message.options && message.options.length > 0 && !isOpenQuestion ? (
        <ul aria-label="Choices" className="mt-2 flex flex-wrap gap-1.5">
          {message.options.map(option => (
            <li key={option} className="rounded-md border border-border px-2 py-0.5 text-xs">
              {option}
            </li>
          ))}
        </ul>
      ) : null}
      {isWork ? (
        <div className="mt-2.5 flex flex-wrap items-start gap-x-4 gap-y-1">
          <LedgerTicks ledger={message.ledger} />
          {/* Never wider than the message: a long reason is cut, not the buttons behind it. */}
          <span className="touch flex min-h-6 max-w-full min-w-0 flex-wrap items-center gap-2">
            <StatusWord status={message.status} note={reason} />
            <MessageActions message={message} />
          </span>
        </div>
      ) : null}
      {dispatches.map(dispatch => (
        <DispatchRow key={dispatch.id} dispatch={dispatch} />
      ))}
    </article>
  );
});
