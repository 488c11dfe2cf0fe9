import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import { INBOX_KINDS, type InboxKind } from '@/lib/domain/inbox/schema';

export interface InboxPlace {
  kind: InboxKind | null;
  itemId: string | null;
  /** A step of its own for the Back button; moving through the list is none. */
  open: (id: string | null, step?: 'push' | 'replace') => void;
  filter: (kind: InboxKind | null) => void;
  hrefOf: (id: string | null) => string;
}

/** Which kind is shown and what is open: in the URL, so that a link shows the same. */
export function useInboxPlace(): InboxPlace {
  const [{ kind, item }, set] = useQueryStates({ kind: parseAsStringLiteral(INBOX_KINDS), item: parseAsString });
  const open = useCallback<InboxPlace['open']>(
    (id, step = 'replace') => void set({ item: id }, { history: step }),
    [set],
  );
  const filter = useCallback<InboxPlace['filter']>(next => void set({ kind: next, item: null }), [set]);
  const hrefOf = (id: string | null): string => {
    const query = new URLSearchParams({ ...(kind ? { kind } : {}), ...(id ? { item: id } : {}) }).toString();
    return query === '' ? '/inbox' : `/inbox?${query}`;
  };
  return { kind, itemId: item, open, filter, hrefOf };
}
