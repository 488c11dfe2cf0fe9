import { parseAsStringLiteral, useQueryState } from 'nuqs';

/** Whether what went wrong stands before the rest; in the URL, and the same for every view of a run. */
export function useTroubleFirst(): [boolean, (isFirst: boolean) => void] {
  const [first, setFirst] = useQueryState('first', parseAsStringLiteral(['trouble']));
  return [first === 'trouble', isFirst => void setFirst(isFirst ? 'trouble' : null)];
}
