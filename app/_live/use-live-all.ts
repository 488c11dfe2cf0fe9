import { useQuery, useQueryClient } from '@tanstack/react-query';
import { MAX_PAGE, type Page } from '@/lib/domain/fields';
import { api } from './api';
import { DEFAULT_GAP_MS, useStaleOn, type LiveQueryOptions, type QueryValues } from './use-live-query';

/** A thousand rows: what one view can show at once and one tab read again and again. */
const MAX_PAGES = 5;

export interface AllRows<T> {
  items: T[];
  /** There are more than were read. */
  isCut: boolean;
}

/**
 * All rows of a list that is known to be short, for a view that needs them together. A change reads them all again, so
 * the more pages there are, the rarer that is.
 */
export function useLiveAll<T extends { id: string }>(options: Omit<LiveQueryOptions, 'gapMs'>) {
  const { key, path, query = {}, staleOn, concerns, enabled = true } = options;
  const known = useQueryClient().getQueryData<AllRows<T>>(key)?.items.length ?? 0;
  const gapMs = DEFAULT_GAP_MS * Math.max(1, Math.ceil(known / MAX_PAGE));
  useStaleOn({ key, staleOn, enabled, gapMs, ...(concerns ? { concerns } : {}) });
  return useQuery<AllRows<T>>({
    queryKey: key,
    enabled,
    queryFn: ({ signal }) => readAll<T>(path, query, signal),
  });
}

async function readAll<T extends { id: string }>(
  path: string,
  query: QueryValues,
  signal: AbortSignal,
): Promise<AllRows<T>> {
  // By id: a row that moved between two page reads is on both.
  const rows = new Map<string, T>();
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items, nextCursor }: Page<T> = await api.get<Page<T>>(path, {
      signal,
      query: { ...query, limit: MAX_PAGE, cursor },
    });
    for (const item of items) rows.set(item.id, item);
    cursor = nextCursor;
    if (cursor === null) break;
  }
  return { items: [...rows.values()], isCut: cursor !== null };
}
