'use client';
import Link from 'next/link';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { PriorityMark } from '@/app/_ui/priority-mark';
import { TimeAgo } from '@/app/_ui/time-ago';
import { recordOf } from '../_inbox/inbox-words';
import { SENDER_ICONS } from '../_work/sender-icons';

/** Who asked or whose work it is, since when, and where it belongs. */
export function ItemFacts({ item }: { item: InboxItem }) {
  const { from, assignedTo, onBehalfOf, priority, at } = item;
  const Icon = from ? SENDER_ICONS[from.kind] : null;
  return (
    <div className="flex flex-col gap-2 text-table">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {from ? (
          <span className="flex items-center gap-2">
            {Icon ? <Icon aria-hidden className="size-4 shrink-0 text-muted" /> : null}
            <Name from={from} />
            <span className="text-xs text-muted">
              {from.tier ?? 'system'}
              {onBehalfOf ? ` for ${onBehalfOf}` : ''}
            </span>
          </span>
        ) : null}
        {assignedTo ? (
          <span className="text-muted">
            {from ? 'to ' : 'of '}
            <Assignee item={item} slug={assignedTo} />
          </span>
        ) : null}
        {priority ? <PriorityMark priority={priority} /> : null}
        <span className="text-xs text-muted">
          came <TimeAgo at={at} />
        </span>
      </p>
      <Places item={item} />
    </div>
  );
}

/** Nobody is behind a name that work cannot be routed to. */
function Assignee({ item, slug }: { item: InboxItem; slug: string }) {
  if (item.kind === 'unroutable') return <span className="font-medium text-foreground">{slug}</span>;
  return (
    <Link href={`/agents/${slug}`} className="font-medium text-foreground hover:underline">
      {slug}
    </Link>
  );
}

function Name({ from }: { from: NonNullable<InboxItem['from']> }) {
  if (from.kind !== 'agent') return <span className="font-semibold">{from.id}</span>;
  return (
    <Link href={`/agents/${from.id}`} className="font-semibold hover:underline">
      {from.id}
    </Link>
  );
}

function Places({ item }: { item: InboxItem }) {
  // In a long thread it is brought into sight.
  const sought = recordOf(item) === 'message' ? `?message=${item.id}` : '';
  const places = [
    { word: 'its thread', href: item.threadId && `/threads/${item.threadId}${sought}` },
    { word: 'its task', href: item.taskId && `/tasks/${item.taskId}` },
    { word: 'its run', href: item.runId && `/runs/${item.runId}` },
  ].filter(({ href }) => href !== undefined);
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
      {places.map(({ word, href }) => (
        <Link key={word} href={href ?? ''} className="underline underline-offset-2">
          {word}
        </Link>
      ))}
      {item.dispatchId ? (
        <span className="text-xs text-muted">
          dispatch <code className="select-all">{item.dispatchId}</code>
        </span>
      ) : null}
    </p>
  );
}
