import { describe, expect, test } from 'vitest';
import { readerOf } from '@/lib/http/idempotency';
import { Router } from '@/lib/http/router';
import { ROUTES } from '@/lib/http/routes';
import { route, type Method } from '@/lib/http/route';
import { hashRequest } from '@/lib/services/idempotency/hash-request';

const make = (method: Method, path: string) =>
  route({ method, path, access: 'open', tag: 't', summary: `${method} ${path}`, run: async () => path });
const router = new Router([
  make('GET', '/api/things'),
  make('POST', '/api/things'),
  make('GET', '/api/things/:slug'),
  make('GET', '/api/things/export'),
  make('POST', '/api/things/claim'),
  make('POST', '/api/things/:id/:verb'),
]);
const found = (method: string, path: string) => {
  const match = router.match(method, path);
  return [match.route.summary, match.params];
};

describe('matching', () => {
  test('parameters are one decoded segment each', () => {
    expect(found('GET', '/api/things/a%20b')).toEqual(['GET /api/things/:slug', { slug: 'a b' }]);
    expect(found('POST', '/api/things/1/stop')).toEqual(['POST /api/things/:id/:verb', { id: '1', verb: 'stop' }]);
  });

  test('a fixed word beats a parameter, and leaves the parameter to other methods', () => {
    expect(found('GET', '/api/things/export')[0]).toBe('GET /api/things/export');
    expect(found('GET', '/api/things/claim')).toEqual(['GET /api/things/:slug', { slug: 'claim' }]);
  });

  test('HEAD asks what GET asks', () => expect(found('HEAD', '/api/things')[0]).toBe('GET /api/things'));

  test.each([
    '/api',
    '/api/thing',
    '/api/things/',
    '/api//things',
    '/api/things/a/b/c',
    `/api/things/${'x'.repeat(2_000)}`,
  ])('no such path: %s', path =>
    expect(() => router.match('GET', path)).toThrow(expect.objectContaining({ code: 'not-found' })),
  );

  test('a path that is there under other methods says which', () => {
    expect(() => router.match('PUT', '/api/things')).toThrow(
      expect.objectContaining({ code: 'method-not-allowed', allow: 'GET, HEAD, POST' }),
    );
    expect(() => router.match('POST', '/api/events')).toThrow(expect.objectContaining({ allow: 'GET' }));
  });

  test('a broken percent escape is malformed', () => {
    expect(() => router.match('GET', '/api/things/%zz')).toThrow(
      expect.objectContaining({ code: 'malformed-request' }),
    );
  });

  test('two rows for one method and path are a mistake', () => {
    expect(() => new Router([make('GET', '/api/x'), make('GET', '/api/x')])).toThrow('two routes');
  });
});

describe('the table', () => {
  test('each route is found under its own path', () => {
    const table = new Router(ROUTES);
    for (const row of ROUTES) {
      expect(table.match(row.method, row.path.replace(/:(\w+)/g, '$1')).route).toBe(row);
    }
  });

  test('each create that takes an Idempotency-Key can read its record back', () => {
    const table = new Router(ROUTES);
    const creates = ROUTES.filter(row => row.idempotent);
    expect(creates.length).toBeGreaterThan(4);
    for (const row of creates) expect(() => readerOf(table, row), row.path).not.toThrow();
  });

  test('every POST that answers 201 takes an Idempotency-Key', () => {
    const creates = ROUTES.filter(row => row.method === 'POST' && row.status === 201);
    expect(creates.filter(row => !row.idempotent).map(row => row.path)).toEqual([]);
  });

  test('statuses follow the verb: a delete answers 204, nothing else but signing in does', () => {
    for (const row of ROUTES) {
      if (row.method === 'DELETE') expect(row.status, row.path).toBe(204);
      if (row.status === 201) expect(row.method).toBe('POST');
      if (row.status === 204 && row.method !== 'DELETE') expect(row.path).toBe('/api/auth/session');
    }
  });
});

describe('when two requests are the same', () => {
  test('field order does not matter, everything else does', () => {
    const hash = hashRequest('/api/x', { a: 1, b: { c: [1, 2], d: null } });
    expect(hashRequest('/api/x', { b: { d: null, c: [1, 2] }, a: 1 })).toBe(hash);
    for (const [url, body] of [
      ['/api/y', { a: 1, b: { c: [1, 2], d: null } }],
      ['/api/x', { a: 1, b: { c: [2, 1], d: null } }],
      ['/api/x', { a: '1', b: { c: [1, 2], d: null } }],
      ['/api/x', { a: 1, b: { c: [1, 2] } }],
    ] as const) {
      expect(hashRequest(url, body)).not.toBe(hash);
    }
  });
});
