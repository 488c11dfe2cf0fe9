import type { Page } from '@/lib/domain/fields';
import type { ApiToken } from '@/lib/domain/identity/schema';
import { useLiveQuery } from '@/app/_live/use-live-query';

export const TOKENS_KEY = ['tokens'];

/** No event tells of tokens: whoever makes or revokes one has the list read again. */
export function useTokens() {
  return useLiveQuery<Page<ApiToken>>({
    key: TOKENS_KEY,
    path: '/api/tokens',
    query: { limit: 200 },
    staleOn: [],
    alsoQuietly: true,
  });
}
