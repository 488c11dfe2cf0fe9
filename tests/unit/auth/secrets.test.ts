import { describe, expect, test } from 'vitest';
import { hashDispatchKey, makeDispatchKey, parseDispatchKey, sameDispatchKey } from '@/lib/auth/dispatch-key';
import { hasCredential, refuseCredentialInUrl } from '@/lib/auth/credential-in-url';
import { holdsSecret } from '@/lib/auth/holds-secret';
import { redactSecrets } from '@/lib/domain/redact';
import { isSignInCode, makeSignInCode } from '@/lib/auth/sign-in-code';
import { hashSecret, makeToken, parseToken, sameSecret } from '@/lib/auth/token';

const ID = '0123456789abcdef01234567';

describe('tokens', () => {
  test('a token names its role and id, and carries 256 random bits', () => {
    const token = makeToken('orchestrator', ID);
    expect(token).toMatch(/^swb_orchestrator_[0-9a-f]{24}_[A-Za-z0-9_-]{43}$/);
    expect(parseToken(token)).toEqual({ role: 'orchestrator', id: ID });
    expect(makeToken('orchestrator', ID)).not.toBe(token);
  });

  test.each([
    '',
    'swb_',
    `swb_god_${ID}_${'a'.repeat(43)}`,
    `swb_admin_${ID}_short`,
    `swb_admin_$ne_${'a'.repeat(43)}`,
    ` ${makeToken('admin', ID)}`,
  ])('what is no token is none: %j', text => expect(parseToken(text)).toBeNull());

  test('a hash matches its own secret and no other, whatever its length', () => {
    const token = makeToken('admin', ID);
    expect(sameSecret(token, hashSecret(token))).toBe(true);
    expect(sameSecret(`${token}x`, hashSecret(token))).toBe(false);
    expect(sameSecret(token, new Uint8Array(3))).toBe(false);
  });
});

describe('dispatch keys', () => {
  test('a key names dispatch and epoch', () => {
    const key = makeDispatchKey(ID, 7);
    expect(parseDispatchKey(key)).toEqual({ dispatchId: ID, epoch: 7 });
    expect(sameDispatchKey(key, hashDispatchKey(key))).toBe(true);
    expect(sameDispatchKey(makeDispatchKey(ID, 7), hashDispatchKey(key))).toBe(false);
  });

  test.each(['dk_', `dk_${ID}_1_short`, `dk_${ID}_-1_${'a'.repeat(32)}`, `dk_${ID}_1.5_${'a'.repeat(32)}`])(
    'what is no key is none: %j',
    text => expect(parseDispatchKey(text)).toBeNull(),
  );
});

test('a sign-in code is known by its form', () => {
  expect(isSignInCode(makeSignInCode())).toBe(true);
  expect(isSignInCode('hello')).toBe(false);
});

describe('redaction of stored text', () => {
  test.each([
    ['token', () => makeToken('agent', ID)],
    ['dispatch key', () => makeDispatchKey(ID, 3)],
    ['sign-in code', () => makeSignInCode()],
  ])('a %s loses its secret wherever it stands, however often', (_, make) => {
    for (let time = 0; time < 50; time += 1) {
      const secret = make();
      const tail = secret.slice(-16);
      const safe = redactSecrets(`use ${secret}, or (${secret}) or "${secret}"\n${secret}`);
      expect(safe).not.toContain(tail);
      expect(safe.match(/\[redacted\]/g)).toHaveLength(4);
    }
  });

  test.each([
    ['token', () => makeToken('agent', ID), `swb_agent_${ID}_[redacted]`],
    ['dispatch key', () => makeDispatchKey(ID, 3), `dk_${ID}_3_[redacted]`],
  ])('a %s keeps its ids, also where it is redacted again on its way', (_, make, safe) => {
    const text = `use ${make()}, ${make()}`;
    expect(redactSecrets(text)).toBe(`use ${safe}, ${safe}`);
    expect(redactSecrets(redactSecrets(text))).toBe(`use ${safe}, ${safe}`);
  });

  test.each([
    ['token', () => makeToken('agent', ID)],
    ['dispatch key', () => makeDispatchKey(ID, 3)],
    ['sign-in code', () => makeSignInCode()],
  ])('a %s is found in pasted JSON, behind the letter of an escape, and inside a longer word', (_, make) => {
    for (const around of [(key: string) => JSON.stringify(`log:\n${key}`), (key: string) => `_${key}`]) {
      const secret = make();
      const safe = redactSecrets(around(secret));
      expect(safe).not.toContain(secret.slice(-16));
      expect(safe).toContain('[redacted]');
    }
  });

  test('what follows a redacted one without a gap is redacted all the same', () => {
    const key = makeDispatchKey(ID, 1);
    expect(redactSecrets(`${key}[redacted]`)).not.toContain(key.slice(-16));
  });

  test('other text is not touched', () => {
    const text = 'swb and dk_ are prefixes; swb_ too. The id is 0123456789abcdef01234567.';
    expect(redactSecrets(text)).toBe(text);
  });
});

describe('credentials in URLs', () => {
  const token = makeToken('viewer', ID);
  const adminToken = 'Zm9vL2Jhcg+/chosen-by-a-person==';
  test.each([
    `/api/threads?token=${token}`,
    `/api/threads/${token}`,
    `/api/threads?q=${token}`,
    `/api/threads?q=${encodeURIComponent(token).replace('_', '%5F')}`,
    '/api/threads?%74oken=abc',
    '/api/events?access_token=abc',
    '/api/events?Token=abc',
    '/login?code=abc',
    `/login/${makeSignInCode()}`,
    `/api/messages?dispatch=${makeDispatchKey(ID, 1)}`,
    '/api/messages?code=',
    // The first admin's own, whatever it looks like.
    `/api/threads?q=${adminToken}`,
    `/api/threads?q=${encodeURIComponent(adminToken)}`,
    `/api/threads?q=Bearer%20${encodeURIComponent(adminToken)}&limit=5`,
    `/api/threads/${adminToken}/messages`,
    `/api/threads/${encodeURIComponent(adminToken).replace('Z', '%5A')}`,
    `/${adminToken}`,
  ])('refused: %s', url => {
    expect(hasCredential(url, adminToken)).toBe(true);
    expect(() => refuseCredentialInUrl(url, adminToken)).toThrow(
      expect.objectContaining({ code: 'credential-in-url' }),
    );
  });

  test.each([
    '/api/threads?q=tokens',
    '/api/tokens/0123456789abcdef01234567',
    '/api/events?after=AbC_dk.123',
    '/api/messages?q=100%',
    `/api/messages?q=${adminToken.slice(1)}`,
    `/api/messages?q=${adminToken.slice(0, -1)}x`,
    `/api/messages?q=${adminToken.toLowerCase()}`,
  ])('let through: %s', url => expect(hasCredential(url, adminToken)).toBe(false));
});

describe('a secret in a text', () => {
  const secret = 'a-secret-of-no-known-form';

  test('is found wherever it stands', () => {
    for (const before of ['', 'a', 'a-', 'a-secret-of', secret.slice(0, -1), 'x'.repeat(9_000)]) {
      for (const after of ['', 'a', secret.slice(1), 'x'.repeat(9_000)]) {
        expect(holdsSecret(before + secret + after, secret), `${before} ${after}`).toBe(true);
      }
    }
  });

  test('nothing else is it, also one of the same characters, or of other bytes in them', () => {
    const turned = [...secret].toReversed().join('');
    const other = secret.replace('a', String.fromCharCode('a'.charCodeAt(0) + 256));
    for (const text of ['', secret.slice(1), `${secret.slice(0, -1)}n${secret.slice(1)}`, turned, other]) {
      expect(holdsSecret(text, secret), text).toBe(false);
    }
  });
});
