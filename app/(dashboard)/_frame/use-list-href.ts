import { useSearchParams } from 'next/navigation';

/** Of one dialog or one record alone; every other parameter is a filter of the list. */
const NOT_THE_LISTS = ['new', 'message', 'tab', 'from', 'to'];

/** Where a record of a list is, or the list itself (null), with the filters that `search` holds. */
export function listHref(base: string, search: string, id: string | null): string {
  const filters = new URLSearchParams(search);
  for (const name of NOT_THE_LISTS) filters.delete(name);
  const query = filters.toString();
  return `${base}${id === null ? '' : `/${id}`}${query === '' ? '' : `?${query}`}`;
}

/** What is opened beside a list never loses the list's filters. */
export function useListHref(base: string): (id: string | null) => string {
  const search = useSearchParams().toString();
  return id => listHref(base, search, id);
}
