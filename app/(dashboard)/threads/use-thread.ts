import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import type { Page } from '@/lib/domain/fields';
import type { Message } from '@/lib/domain/message/schema';
import type { Thread } from '@/lib/domain/thread/schema';
import type { StreamEvent } from '@/app/_live/connection';
import { useLiveList } from '@/app/_live/use-live-list';
import { useLiveQuery } from '@/app/_live/use-live-query';

const inThread = (threadId: string) => (event: StreamEvent) => event.data['threadId'] === threadId;
/** What is said in the open thread is read before its facts and the list beside it, and drawn while they are read. */
const MESSAGES_GATHER_MS = 5;

export const messagesKey = (threadId: string) => ['messages', threadId] as const;

export function useThread(threadId: string) {
  return useLiveQuery<Thread>({
    key: ['thread', threadId],
    path: `/api/threads/${threadId}`,
    staleOn: ['thread-updated', 'thread-deleted', 'message-created'],
    concerns: event => event.data.id === threadId || event.data['threadId'] === threadId,
  });
}

/** Oldest first; older pages are read when asked for. */
export function useMessages(threadId: string) {
  const list = useLiveList<Message>({
    key: messagesKey(threadId),
    path: '/api/messages',
    query: { threadId },
    // A dispatch that moves writes ticks into its message's ledger.
    staleOn: ['message-created', 'message-updated', 'message-deleted', 'dispatch-created', 'dispatch-updated'],
    concerns: inThread(threadId),
    gatherMs: MESSAGES_GATHER_MS,
  });
  const { items } = list;
  const messages = useMemo(() => items.toSorted((a, b) => a.seq - b.seq || a.id.localeCompare(b.id)), [items]);
  return { ...list, messages };
}

/** Puts what the server just answered into the page, without waiting for its event. */
export function useShowMessage(threadId: string): (message: Message) => void {
  const client = useQueryClient();
  return useCallback(
    message =>
      client.setQueryData<InfiniteData<Page<Message>>>(messagesKey(threadId), data => {
        const [first, ...rest] = data?.pages ?? [];
        if (data === undefined || first === undefined) return data;
        const others = first.items.filter(item => item.id !== message.id);
        return { ...data, pages: [{ ...first, items: [message, ...others] }, ...rest] };
      }),
    [client, threadId],
  );
}

/** The thread's attempts, by the message or task they work on. */
export function useDispatches(threadId: string): ReadonlyMap<string, DispatchRecord[]> {
  const { data } = useLiveQuery<Page<DispatchRecord>>({
    key: ['dispatches', { threadId }],
    path: '/api/dispatches',
    query: { threadId, limit: 200 },
    staleOn: ['dispatch-created', 'dispatch-updated'],
    concerns: inThread(threadId),
  });
  return useMemo(() => {
    const bySource = new Map<string, DispatchRecord[]>();
    for (const dispatch of data?.items ?? []) {
      bySource.set(dispatch.source.id, [...(bySource.get(dispatch.source.id) ?? []), dispatch]);
    }
    for (const attempts of bySource.values())
      attempts.sort((a, b) => a.times.claimedAt.localeCompare(b.times.claimedAt));
    return bySource;
  }, [data]);
}
