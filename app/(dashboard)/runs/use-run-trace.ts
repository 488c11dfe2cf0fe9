import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { EVENT_TYPES } from '@/lib/domain/event/schema';
import { MAX_PAGE, type Page } from '@/lib/domain/fields';
import type { Run } from '@/lib/domain/run/schema';
import type { TraceEntry } from '@/lib/domain/run/trace';
import { api } from '@/app/_live/api';
import { DEFAULT_GAP_MS, useStaleOn } from '@/app/_live/use-live-query';

const STALE_ON = EVENT_TYPES.filter(type => /^(run|task|dispatch|message|report)-/.test(type));

/** Every change of a run, oldest first; further pages are read when the end comes near. */
export function useRunTrace(run: Pick<Run, 'id' | 'threadId'>, taskIds: ReadonlySet<string>) {
  const key = ['run-trace', run.id];
  const pages = useQueryClient().getQueryData<InfiniteData<Page<TraceEntry>>>(key)?.pages.length ?? 1;
  useStaleOn({
    key,
    staleOn: STALE_ON,
    gapMs: DEFAULT_GAP_MS * pages,
    concerns: ({ data }) =>
      data.id === run.id ||
      data['runId'] === run.id ||
      data['threadId'] === run.threadId ||
      taskIds.has(String((data['source'] as { id?: unknown } | undefined)?.id)),
  });
  const list = useInfiniteQuery({
    queryKey: key,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<TraceEntry>>(`/api/runs/${run.id}/trace`, { signal, query: { limit: MAX_PAGE, cursor: pageParam } }),
    getNextPageParam: page => page.nextCursor,
  });
  const entries = useMemo(() => list.data?.pages.flatMap(page => page.items) ?? [], [list.data]);
  const { hasNextPage, isFetching, fetchNextPage } = list;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { ...list, entries, loadMore };
}
