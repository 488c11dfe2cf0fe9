import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { InboxItem, InboxKind } from '@/lib/domain/inbox/schema';
import { HUMAN, MAX_PAGE, type Page } from '@/lib/domain/fields';
import type { StreamEvent } from '@/app/_live/connection';
import { useLiveList } from '@/app/_live/use-live-list';

/** Most events of a busy plane may concern it: the first is followed at once, the others no more often than this. */
const GAP_MS = 1_000;
const STALE_ON = [
  'message-created',
  'message-updated',
  'message-deleted',
  'task-updated',
  'task-deleted',
  'dispatch-updated',
  // What it is called is shown.
  'thread-updated',
] as const;
const KEY = ['inbox'];

/** A new message waits for a person only when it is for people, asks one, or can go nowhere. */
const concerns = ({ type, data }: StreamEvent): boolean =>
  type !== 'message-created' ||
  data['kind'] === 'question' ||
  data['assignedTo'] === HUMAN ||
  !['none', 'queued'].includes(String(data['status']));

/** What waits for a person, of all kinds or one. One read serves the page, the count beside it and the alarms. */
export function useInbox(kind: InboxKind | null = null, enabled = true) {
  return useLiveList<InboxItem>({
    key: [...KEY, kind],
    path: '/api/inbox',
    query: { kind },
    staleOn: STALE_ON,
    concerns,
    gapMs: GAP_MS,
    pageSize: MAX_PAGE,
    enabled,
  });
}

/** One kind out of the whole where the whole was read, else a list of its own. */
export function useInboxOf(kind: InboxKind | null) {
  const all = useInbox();
  const isWhole = kind === null || (!all.isPending && !all.hasNextPage);
  const narrowed = useInbox(kind, !isWhole);
  if (kind === null) return all;
  return isWhole ? { ...all, items: all.items.filter(item => item.kind === kind) } : narrowed;
}

/** Takes an item off the page once the server has agreed, without waiting for its event. */
export function useDropInboxItem(): (id: string) => void {
  const client = useQueryClient();
  return useCallback(
    id => {
      client.setQueriesData<InfiniteData<Page<InboxItem>>>({ queryKey: KEY }, data =>
        data === undefined
          ? data
          : { ...data, pages: data.pages.map(page => ({ ...page, items: page.items.filter(item => item.id !== id) })) },
      );
      void client.invalidateQueries({ queryKey: KEY });
    },
    [client],
  );
}
