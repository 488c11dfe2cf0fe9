import { useSearchParams } from 'next/navigation';
import { useEffect } from 'react';
import type { useMessages } from './use-thread';

/** Older messages than these are reached by their own button: a thousand rows are as many as a page can hold at once. */
const MOST_LOADED = 1_000;

/** The message that a link to this thread means: older pages are read until it is there. */
export function useSought({ messages, loadMore, isFetching }: ReturnType<typeof useMessages>): string | null {
  const sought = useSearchParams().get('message');
  const isMissing = sought !== null && messages.length < MOST_LOADED && messages.every(({ id }) => id !== sought);
  useEffect(() => {
    if (isMissing && !isFetching) loadMore();
  }, [isMissing, isFetching, loadMore]);
  return sought;
}
