import { PRIORITIES } from '@/lib/domain/fields';
import { THREAD_STATUSES } from '@/lib/domain/thread/schema';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';

/** The list's filters live in the URL: a link shows the same list. */
export function useThreadFilters() {
  const [filters, set] = useQueryStates({
    q: parseAsString.withDefault(''),
    status: parseAsStringLiteral(THREAD_STATUSES),
    priority: parseAsStringLiteral(PRIORITIES),
    assignedTo: parseAsString,
    project: parseAsString,
  });
  const isFiltered =
    filters.q !== '' || [filters.status, filters.priority, filters.assignedTo, filters.project].some(Boolean);
  return { filters, set, isFiltered, clear: () => set(null) };
}
