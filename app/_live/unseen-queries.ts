import type { QueryClient } from '@tanstack/react-query';

/**
 * A query that nothing on the page shows hears no event, so what it holds may be old when it is shown again: it is then
 * read afresh, with the old answer in its place meanwhile. Seen on going from a list to another page and back.
 */
export function readUnseenAgain(client: QueryClient): () => void {
  return client.getQueryCache().subscribe(({ type, query }) => {
    // A disabled observer, too, hears nothing.
    if ((type === 'observerRemoved' || type === 'observerOptionsUpdated') && !query.isActive()) query.invalidate();
  });
}
