import { describe, expect, test } from 'vitest';
import { credentialOf } from '@/lib/auth/credentials';
import { createHostPolicy, refuseForeignOrigin, type HostPolicyOptions } from '@/lib/auth/hosts';

const policy = (options: Partial<HostPolicyOptions> = {}) =>
  createHostPolicy({ host: '127.0.0.1', port: () => 7777, allowedHosts: [], trustedProxyHops: 0, ...options });
const arrive = (headers: Record<string, string>, encrypted = false) => ({
  headers,
  encrypted,
  remoteAddress: '10.0.0.9',
});

describe('Host', () => {
  test.each(['localhost:7777', '127.0.0.1:7777', '[::1]:7777', 'LOCALHOST:7777'])('%s is ours', host => {
    expect(policy().reach(arrive({ host })).host).toBe(host.toLowerCase());
  });

  test.each([
    'evil.test:7777',
    'localhost',
    'localhost:7778',
    '127.0.0.1.evil.test:7777',
    'localhost:7777@evil.test',
    'localhost:7777/x',
    '0x7f.1:7777',
    '',
    'localhost:7777, evil.test',
  ])('%j is foreign', host => {
    expect(() => policy().reach(arrive({ host }))).toThrow(expect.objectContaining({ code: 'host-not-allowed' }));
  });

  test('no Host at all is foreign', () => {
    expect(() => policy().reach(arrive({}))).toThrow(expect.objectContaining({ code: 'host-not-allowed' }));
  });

  test('HOST is ours on its port, also as an IPv6 address', () => {
    expect(policy({ host: 'board.lan' }).reach(arrive({ host: 'board.lan:7777' })).host).toBe('board.lan:7777');
    expect(policy({ host: 'fd00::1' }).reach(arrive({ host: '[fd00::1]:7777' })).host).toBe('[fd00::1]:7777');
  });

  test('an allowed name is good on any port, a name with a port on that one', () => {
    const { reach } = policy({ allowedHosts: ['board.example.com', '10.0.0.5:8080'] });
    expect(() => reach(arrive({ host: 'board.example.com' }))).not.toThrow();
    expect(() => reach(arrive({ host: 'board.example.com:8443' }))).not.toThrow();
    expect(() => reach(arrive({ host: '10.0.0.5:8080' }))).not.toThrow();
    expect(() => reach(arrive({ host: '10.0.0.5:8081' }))).toThrow();
  });

  test('forwarded headers count only behind a trusted proxy', () => {
    const headers = {
      host: 'web:7777',
      'x-forwarded-host': 'board.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '6.6.6.6, 1.2.3.4',
    };
    expect(() => policy({ allowedHosts: ['board.example.com'] }).reach(arrive(headers))).toThrow();
    const trusting = policy({ allowedHosts: ['board.example.com'], trustedProxyHops: 1 });
    expect(trusting.reach(arrive(headers))).toEqual({ host: 'board.example.com', secure: true, address: '1.2.3.4' });
    expect(() => trusting.reach(arrive({ ...headers, 'x-forwarded-host': 'evil.test' }))).toThrow();
    expect(trusting.reach(arrive({ host: 'localhost:7777' })).secure).toBe(false);
  });
});

describe('Origin of a write', () => {
  const reached = { host: 'localhost:7777', secure: false, address: '' };
  test.each([
    {},
    { origin: 'http://localhost:7777' },
    { origin: 'http://localhost:7777', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('%o is ours', headers => expect(() => refuseForeignOrigin(headers, reached)).not.toThrow());

  test.each([
    { origin: 'null' },
    { origin: 'http://evil.test' },
    { origin: 'http://localhost:7778' },
    { origin: 'http://localhost' },
    { origin: 'http://127.0.0.1:7777' },
    { origin: 'http://localhost:7777.evil.test' },
    { origin: '' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:7777' },
  ])('%o is foreign', headers =>
    expect(() => refuseForeignOrigin(headers, reached)).toThrow(
      expect.objectContaining({ code: 'origin-not-allowed' }),
    ),
  );

  test('a default port may be said or left out, and https does not take orders from http', () => {
    const secure = { host: 'board.example.com', secure: true, address: '' };
    expect(() => refuseForeignOrigin({ origin: 'https://board.example.com' }, secure)).not.toThrow();
    expect(() => refuseForeignOrigin({ origin: 'https://board.example.com:443' }, secure)).not.toThrow();
    expect(() => refuseForeignOrigin({ origin: 'http://board.example.com' }, secure)).toThrow();
  });
});

describe('the credential of a request', () => {
  test('bearer token or session cookie', () => {
    expect(credentialOf({})).toBeNull();
    expect(credentialOf({ authorization: 'bearer abc' })).toEqual({ kind: 'bearer', secret: 'abc' });
    expect(credentialOf({ cookie: 'theme=dark; switchboard_session=abc; x=y' })).toEqual({
      kind: 'cookie',
      secret: 'abc',
    });
    expect(credentialOf({ cookie: 'my_switchboard_session=abc' })).toBeNull();
  });

  test.each([
    { authorization: 'Bearer a', cookie: 'switchboard_session=b' },
    { authorization: 'Bearer a, Bearer b' },
    { cookie: 'switchboard_session=a; switchboard_session=b' },
  ])('two are refused: %o', headers =>
    expect(() => credentialOf(headers)).toThrow(expect.objectContaining({ code: 'malformed-request' })),
  );

  test('another scheme is no credential', () => {
    expect(() => credentialOf({ authorization: 'Basic abc' })).toThrow(
      expect.objectContaining({ code: 'unauthenticated' }),
    );
  });
});
