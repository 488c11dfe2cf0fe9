'use client';
import Link from 'next/link';
import type { Page } from '@/lib/domain/fields';
import type { Message } from '@/lib/domain/message/schema';
import type { Task } from '@/lib/domain/task/schema';
import { troubleOf } from '@/app/_live/api';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { NO_DATA } from '@/app/_ui/duration';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { formatCount } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { firstLine } from '../_work/first-line';

interface Dead {
  id: string;
  href: string;
  title: string;
  assignedTo: string | null;
  reason: string | null;
  at: string;
}

const SHOWN = 50;

/** Work that was given up: parked with its last error until a person tries it again or cancels it, on its own page. */
export function DeadPanel() {
  const messages = useLiveQuery<Page<Message>>({
    key: ['messages', 'dead'],
    path: '/api/messages',
    query: { status: 'dead', limit: SHOWN },
    staleOn: ['message-updated'],
    gapMs: 1_000,
  });
  const tasks = useLiveQuery<Page<Task>>({
    key: ['tasks', 'dead'],
    path: '/api/tasks',
    query: { status: 'dead', limit: SHOWN },
    staleOn: ['task-updated'],
    gapMs: 1_000,
  });
  const failed = [messages, tasks].find(({ data, isError }) => isError && data === undefined);
  const isKnown = messages.data !== undefined && tasks.data !== undefined;
  const dead = deadOf(messages.data?.items ?? [], tasks.data?.items ?? []);
  const isCut = [messages, tasks].some(({ data }) => typeof data?.nextCursor === 'string');
  const count = isKnown ? `${formatCount(dead.length)}${isCut ? ' and more' : ''}` : NO_DATA;
  return (
    <Panel id="dead" title="Dead work" note={count} scrolls="both ways">
      {failed ? (
        <ErrorState
          title="Dead work could not be read"
          {...troubleOf(failed.error)}
          onRetry={() => void Promise.all([messages.refetch(), tasks.refetch()])}
        />
      ) : !isKnown ? (
        <SkeletonRows rows={2} />
      ) : dead.length === 0 ? (
        <EmptyState title="None. Work that failed for good would wait here for a person." />
      ) : (
        <ul className="flex flex-col divide-y divide-separator">
          {dead.map(work => (
            <li key={work.id} className="px-4 py-2 text-table">
              <span className="flex items-baseline gap-3">
                <Link href={work.href} className="min-w-0 flex-1 truncate font-medium hover:underline">
                  {work.title}
                </Link>
                <TimeAgo at={work.at} className="text-xs text-muted" />
              </span>
              <span className="flex items-center gap-3">
                <StatusWord status="dead" note={work.reason} />
                <span className="ml-auto text-xs whitespace-nowrap text-muted">{work.assignedTo}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const shared = ({ id, assignedTo, reason, updatedAt }: Message | Task) => ({ id, assignedTo, reason, at: updatedAt });

function deadOf(messages: readonly Message[], tasks: readonly Task[]): Dead[] {
  return [
    ...messages.map(message => ({
      ...shared(message),
      href: `/threads/${message.threadId}?message=${message.id}`,
      title: firstLine(message.body),
    })),
    ...tasks.map(task => ({ ...shared(task), href: `/tasks/${task.id}`, title: task.title })),
  ].toSorted((a, b) => b.at.localeCompare(a.at));
}
