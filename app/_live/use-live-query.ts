import { useQuery, type QueryKey, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { EventType } from '@/lib/domain/event/schema';
import { api } from './api';
import type { StreamEvent } from './connection';
import { useLive } from './live-context';

export type QueryValues = Record<string, string | number | boolean | null | undefined>;

interface StaleRule {
  key: QueryKey;
  /** Event types that may make the answer stale. */
  staleOn: readonly EventType[];
  /** Narrows them to the ones about this answer. */
  concerns?: (event: StreamEvent) => boolean;
  gapMs?: number;
  /** How long events are gathered into one read; short for what the page is about. */
  gatherMs?: number;
  enabled?: boolean;
  /** Holds something that no event tells: read again on a quiet stream's sign of life, and on coming back to the tab. */
  alsoQuietly?: boolean;
}

export interface LiveQueryOptions extends StaleRule {
  path: string;
  query?: QueryValues;
}

/** A page follows a busy record this often; faster than one can read. */
export const DEFAULT_GAP_MS = 300;

/** A read that the event stream keeps fresh: an event has it read again, and time never does. */
export function useLiveQuery<T>(options: LiveQueryOptions): UseQueryResult<T> {
  const { key, path, query, enabled = true, alsoQuietly = false } = options;
  useStaleOn(options);
  return useQuery({
    queryKey: key,
    enabled,
    refetchOnWindowFocus: alsoQuietly ? 'always' : false,
    queryFn: ({ signal }) => api.get<T>(path, { signal, ...(query === undefined ? {} : { query }) }),
  });
}

/** The event half of a live query, for queries that read in their own way. */
export function useStaleOn(rule: StaleRule): void {
  const { connection, refresher } = useLive();
  const latest = useRef(rule);
  useEffect(() => {
    latest.current = rule;
  });
  useEffect(
    () =>
      connection.onEvent(event => {
        const { key, staleOn, concerns, gapMs = DEFAULT_GAP_MS, gatherMs, enabled = true } = latest.current;
        if (enabled && staleOn.includes(event.type) && concerns?.(event) !== false)
          refresher.mark(key, gapMs, gatherMs);
      }),
    [connection, refresher],
  );
  useEffect(
    () =>
      connection.onQuiet(() => {
        const { key, gapMs = DEFAULT_GAP_MS, alsoQuietly = false } = latest.current;
        if (alsoQuietly) refresher.mark(key, gapMs);
      }),
    [connection, refresher],
  );
}
