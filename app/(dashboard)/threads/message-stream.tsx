'use client';
import { Button } from '@heroui/react/button';
import { ArrowDown } from 'lucide-react';
import { useCallback, useRef, useState } from 'react';
import { troubleOf } from '@/app/_live/api';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useReasonOf } from '../_work/use-reason-of';
import { MessageItem } from './message-item';
import { SendingItem } from './sending-item';
import type { Sending } from './use-outbox';
import { useSought } from './use-sought';
import { useDispatches, useMessages } from './use-thread';

/** Nearer to the end than this counts as reading the end. */
const AT_END_PX = 80;

interface MessageStreamProps {
  threadId: string;
  sending: readonly Sending[];
  openQuestionId: string | null;
}

export function MessageStream({ threadId, sending, openQuestionId }: MessageStreamProps) {
  const list = useMessages(threadId);
  const dispatches = useDispatches(threadId);
  const reasonOf = useReasonOf();
  const { messages } = list;
  const sought = useSought(list);
  const { attach, isBehind, toEnd, onScroll } = useFollowEnd(messages.length + sending.length, sought === null);
  if (list.isError && messages.length === 0) {
    return (
      <ErrorState title="Messages could not be read" {...troubleOf(list.error)} onRetry={() => void list.refetch()} />
    );
  }
  if (list.isPending) return <SkeletonRows rows={8} className="flex-1" />;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={attach}
        tabIndex={0}
        role="group"
        aria-label="Messages"
        onScroll={onScroll}
        className="min-h-0 flex-1 overflow-y-auto px-4 focus-visible:-outline-offset-2"
      >
        {list.hasNextPage ? (
          <Button
            size="sm"
            variant="ghost"
            className="mt-2"
            isPending={list.isFetchingNextPage}
            onPress={list.loadMore}
          >
            Older messages
          </Button>
        ) : null}
        {messages.length + sending.length === 0 ? (
          <EmptyState title="No message yet.">What is said here shows as it is said.</EmptyState>
        ) : null}
        <ol className="flex flex-col divide-y divide-separator">
          {messages.map(message => (
            <li key={message.id} {...(message.id === sought ? SOUGHT : {})}>
              <MessageItem
                message={message}
                dispatches={dispatches.get(message.id) ?? NONE}
                reason={reasonOf(message)}
                isOpenQuestion={message.id === openQuestionId}
              />
            </li>
          ))}
          {sending.map(row => (
            <li key={row.key}>
              <SendingItem row={row} />
            </li>
          ))}
        </ol>
      </div>
      {isBehind ? (
        <Button size="sm" className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full" onPress={toEnd}>
          <ArrowDown /> Newer messages
        </Button>
      ) : null}
    </div>
  );
}

const NONE: never[] = [];

/** Brought into sight once, when it is there. */
const SOUGHT = {
  ref: (element: HTMLLIElement | null) => element?.scrollIntoView({ block: 'center' }),
  'aria-current': true,
  className: '-mx-4 bg-surface-secondary px-4',
} as const;

/**
 * Stays at the end while somebody reads the end, and holds still while they read further up. Growth of the content is
 * what is watched: a message that comes, a progress row that appears, text that is laid out late.
 */
function useFollowEnd(count: number, fromStart: boolean) {
  const box = useRef<HTMLDivElement | null>(null);
  /** How many there were when the reader left the end; null at the end. */
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const follows = useRef(fromStart);
  const attach = useCallback((element: HTMLDivElement | null) => {
    box.current = element;
    const content = element?.lastElementChild;
    if (!element || !content) return;
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTo({ top: element.scrollHeight });
    });
    observer.observe(content);
    return () => observer.disconnect();
  }, []);
  const onScroll = (event: React.UIEvent<HTMLDivElement>) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    follows.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    setLeftAt(before => (follows.current ? null : (before ?? count)));
  };
  const toEnd = () => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
    follows.current = true;
    setLeftAt(null);
  };
  return { attach, isBehind: leftAt !== null && count > leftAt, toEnd, onScroll };
}
