import { useInfiniteQuery, useQueryClient, type InfiniteData, type QueryKey } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { EventType } from '@/lib/domain/event/schema';
import type { Page } from '@/lib/domain/fields';
import { api } from './api';
import type { StreamEvent } from './connection';
import { DEFAULT_GAP_MS, useStaleOn, type QueryValues } from './use-live-query';

export interface LiveListOptions {
  key: QueryKey;
  path: string;
  query?: QueryValues;
  staleOn: readonly EventType[];
  concerns?: (event: StreamEvent) => boolean;
  pageSize?: number;
  /** Of the first page alone; more of them are read more rarely. */
  gapMs?: number;
  gatherMs?: number;
  enabled?: boolean;
}

const PAGE_SIZE = 50;

/**
 * A long list that grows downwards by pages and that the event stream keeps fresh. A change reads the loaded pages
 * again, so the more of them there are, the rarer that is.
 */
export function useLiveList<T extends { id: string }>(options: LiveListOptions) {
  const {
    key,
    path,
    query,
    staleOn,
    concerns,
    gatherMs,
    pageSize = PAGE_SIZE,
    gapMs = DEFAULT_GAP_MS,
    enabled = true,
  } = options;
  const client = useQueryClient();
  const loaded = client.getQueryData<InfiniteData<Page<T>>>(key)?.pages.length ?? 1;
  const rule = { key, staleOn, enabled, gapMs: gapMs * loaded };
  useStaleOn({ ...rule, ...(concerns ? { concerns } : {}), ...(gatherMs === undefined ? {} : { gatherMs }) });
  const list = useInfiniteQuery({
    queryKey: key,
    enabled,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(path, { signal, query: { ...query, limit: pageSize, cursor: pageParam } }),
    getNextPageParam: page => page.nextCursor,
  });
  // A row that moved up between two page reads is on both.
  const items = useMemo(() => unique(list.data?.pages.flatMap(page => page.items) ?? []), [list.data]);
  const { hasNextPage, isFetching, fetchNextPage } = list;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { ...list, items, loadMore };
}

function unique<T extends { id: string }>(items: readonly T[]): T[] {
  const seen = new Set<string>();
  return items.filter(item => !seen.has(item.id) && seen.add(item.id));
}
