'use client';
import Link from 'next/link';
import type { Session } from '@/lib/domain/session/schema';
import { NO_DATA } from '@/app/_ui/duration';
import { formatCount, plural } from '@/app/_ui/number';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useListHref } from '../_frame/use-list-href';
import { SessionSpan } from './session-span';

export const SESSION_ROW_PX = 36;
export const SESSION_CARD_PX = 56;
const GRID = 'grid grid-cols-[7rem_minmax(0,1fr)_minmax(0,1fr)_6rem_7rem_7rem] items-center gap-3 px-4';

export function SessionHead() {
  return (
    <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
      <span>status</span>
      <span>agent</span>
      <span>client</span>
      <span className="text-right">tool calls</span>
      <span className="text-right">lasted</span>
      <span className="text-right">last active</span>
    </div>
  );
}

export function SessionRow({ session }: { session: Session }) {
  const href = useListHref('/sessions')(session.id);
  return (
    <Link
      href={href}
      prefetch={false}
      className={`${GRID} h-full border-b border-separator text-table hover:bg-surface-secondary focus-visible:-outline-offset-2`}
    >
      <StatusWord status={session.status} />
      <span className="truncate font-medium">{session.agentType ?? NO_DATA}</span>
      <span className="truncate text-muted">{session.client}</span>
      <span className="tabular text-right">{formatCount(session.toolCalls)}</span>
      <SessionSpan session={session} className="text-right" />
      <TimeAgo at={session.lastActiveAt} className="text-right text-muted" />
    </Link>
  );
}

export function SessionCard({ session, isOpen }: { session: Session; isOpen: boolean }) {
  const href = useListHref('/sessions')(session.id);
  return (
    <Link
      href={href}
      prefetch={false}
      {...(isOpen ? { 'aria-current': 'true' as const } : {})}
      className={`flex h-full flex-col justify-center gap-0.5 border-b border-separator px-4 focus-visible:-outline-offset-2 ${isOpen ? 'bg-default' : 'hover:bg-surface-secondary'}`}
    >
      <span className="flex items-baseline gap-3 text-table">
        <span className="min-w-0 truncate font-medium">{session.agentType ?? session.client}</span>
        {session.agentType ? <span className="min-w-0 truncate text-xs text-muted">{session.client}</span> : null}
        <TimeAgo at={session.lastActiveAt} className="ml-auto text-xs text-muted" />
      </span>
      <span className="flex items-center gap-3 text-xs text-muted">
        <StatusWord status={session.status} />
        <span className="tabular ml-auto">{plural(session.toolCalls, 'tool call')}</span>
      </span>
    </Link>
  );
}
