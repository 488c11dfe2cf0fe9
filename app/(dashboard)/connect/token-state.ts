import type { ApiToken } from '@/lib/domain/identity/schema';

/** What the server would make of it at that time: one past its day is refused like one that was revoked. */
export function tokenState({ revokedAt, expiresAt }: Pick<ApiToken, 'revokedAt' | 'expiresAt'>, nowMs: number): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= nowMs ? 'expired' : 'active';
}
