import { describe, expect, it } from 'vitest';
import { tokenState } from '@/app/(dashboard)/connect/token-state';
import { meaningOf } from '@/app/_ui/status';

const NOW = Date.parse('2026-05-01T12:00:00.000Z');
const at = (ms: number): string => new Date(NOW + ms).toISOString();

describe('how a token stands', () => {
  it.each([
    [null, null, 'active'],
    [null, at(1), 'active'],
    [null, at(0), 'expired'],
    [at(-1), at(-5), 'revoked'],
  ])('revoked %s, expires %s: %s', (revokedAt, expiresAt, state) =>
    expect(tokenState({ revokedAt, expiresAt }, NOW)).toBe(state),
  );

  it('says of an expired one that it is not accepted, not that it went silent', () => {
    expect(meaningOf('expired', 'token').means).toContain('No longer accepted');
    expect(meaningOf('expired', 'session').lamp).toBe('failed');
  });
});
