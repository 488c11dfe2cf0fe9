import { useSearchParams } from 'next/navigation';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { RUN_STATUSES } from '@/lib/domain/run/schema';

/** The list's filters live in the URL: a link shows the same list. */
export function useRunFilters() {
  const [filters, set] = useQueryStates({
    q: parseAsString.withDefault(''),
    status: parseAsStringLiteral(RUN_STATUSES),
    plannerType: parseAsString,
    projectId: parseAsString,
  });
  const isFiltered = filters.q !== '' || [filters.status, filters.plannerType, filters.projectId].some(Boolean);
  return { filters, set, isFiltered, clear: () => set(null) };
}
export type RunFilterState = ReturnType<typeof useRunFilters>;

/** A run, or the list, with the list's filters and the view that is open. */
export function useRunHref(): (runId: string | null) => string {
  const params = new URLSearchParams(useSearchParams());
  params.delete('new');
  return runId => {
    const own = new URLSearchParams(params);
    if (runId === null) for (const name of ['view', 'first', 'kind']) own.delete(name);
    const search = own.toString();
    return `/runs${runId === null ? '' : `/${runId}`}${search === '' ? '' : `?${search}`}`;
  };
}
