'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { NO_DATA } from '@/app/_ui/duration';
import { PriorityMark } from '@/app/_ui/priority-mark';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { Deadline } from './deadline';
import { headlineOf, whoOf } from '../_inbox/inbox-words';

export const INBOX_ROW_PX = 36;
export const INBOX_CARD_PX = 80;
const GRID = 'grid grid-cols-[8rem_minmax(0,1fr)_11rem_6rem_12rem_6rem] items-center gap-3 px-4';
/** Came this recently: shown with its tint, once. */
const ARRIVED_MS = 3_000;

export function InboxHead() {
  return (
    <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
      <span>kind</span>
      <span>what</span>
      <span>whose</span>
      <span>priority</span>
      <span>deadline</span>
      <span className="text-right">since</span>
    </div>
  );
}

interface RowProps {
  item: InboxItem;
  href: string;
  isOpen: boolean;
  onOpen: (id: string) => void;
}

/** A link like any other, that opens without asking the server for the page again. */
function RowLink({
  item,
  href,
  isOpen,
  onOpen,
  className,
  children,
}: RowProps & React.PropsWithChildren<{ className: string }>) {
  const [isNew] = useState(() => Date.now() - Date.parse(item.at) < ARRIVED_MS);
  return (
    <Link
      href={href}
      prefetch={false}
      data-item-id={item.id}
      {...(isOpen ? { 'aria-current': 'true' as const } : {})}
      onClick={event => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        onOpen(item.id);
      }}
      className={`h-full border-b border-separator focus-visible:-outline-offset-2 ${isOpen ? 'bg-default' : 'hover:bg-surface-secondary'} ${isNew ? 'arrived' : ''} ${className}`}
    >
      {children}
    </Link>
  );
}

export function InboxRow(props: RowProps) {
  const { item } = props;
  const { title, words, note } = headlineOf(item);
  return (
    <RowLink {...props} className={`${GRID} text-table`}>
      <StatusWord status={item.kind} />
      <span className="flex min-w-0 items-baseline gap-2">
        <span dir="auto" className={`${words === null ? 'max-w-full' : 'max-w-3/5'} shrink-0 truncate font-medium`}>
          {title}
        </span>
        {words === null ? null : (
          <span dir="auto" className="min-w-0 truncate text-xs">
            {words}
          </span>
        )}
        {note ? <span className="min-w-0 truncate text-xs text-muted">{note}</span> : null}
      </span>
      <span className="truncate text-muted">{whoOf(item)}</span>
      {item.priority ? <PriorityMark priority={item.priority} /> : <span className="text-muted">{NO_DATA}</span>}
      <span className="text-xs">
        {item.deadline ? <Deadline item={item} /> : <span className="text-muted">{NO_DATA}</span>}
      </span>
      <TimeAgo at={item.at} className="text-right text-muted" />
    </RowLink>
  );
}

export function InboxCard(props: RowProps) {
  const { item } = props;
  const { title, words, note } = headlineOf(item);
  const second = words ?? note;
  return (
    <RowLink {...props} className="flex flex-col justify-center gap-0.5 px-4">
      <span className="flex items-baseline gap-3">
        <span dir="auto" className="min-w-0 flex-1 truncate text-table font-medium">
          {title}
        </span>
        <TimeAgo at={item.at} className="text-xs text-muted" />
      </span>
      {second === null ? null : (
        <span dir="auto" className="truncate text-xs text-muted">
          {second}
        </span>
      )}
      <span className="flex items-center gap-3 text-xs text-muted">
        <StatusWord status={item.kind} className="shrink-0" />
        <span className="min-w-0 truncate">{whoOf(item)}</span>
        {item.priority && item.priority !== 'normal' ? <PriorityMark priority={item.priority} /> : null}
        <Deadline item={item} className="ml-auto" />
      </span>
    </RowLink>
  );
}
