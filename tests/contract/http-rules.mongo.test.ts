import { connect } from 'node:net';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSignInCode } from '@/lib/services/identity/create-sign-in-code';
import { startApiServer, type ApiServer } from '../support/api-server';

let api: ApiServer;
let cookie: string;
beforeAll(async () => {
  api = await startApiServer();
  const code = await createSignInCode(api.plane.collections, Date.now());
  const answer = await api.call('POST', '/api/auth/session', { token: null, body: { code } });
  cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
});
afterAll(() => api.stop());

/** fetch chooses Host and forbids some headers; a raw request says what an attacker's would. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string | string[]>,
  body = '',
): Promise<{ status: number; body: { code: string } }> {
  return new Promise((resolve, reject) => {
    const req = request(
      { host: '127.0.0.1', port: api.port, method, path, headers, setHost: !('host' in headers) },
      res => {
        let text = '';
        res.on('data', chunk => (text += chunk));
        res.on('end', () => resolve({ status: res.statusCode!, body: JSON.parse(text) }));
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}
const auth = () => ({ authorization: `Bearer ${api.plane.adminToken}` });
const message = { body: 'hello', assignedTo: null };
const json = { 'content-type': 'application/json' };

describe('where a request went', () => {
  test.each(['evil.test', 'evil.test:80', 'localhost:1', '127.0.0.1'])(
    'Host %s: 403 on every path, whatever the credential',
    async host => {
      for (const path of ['/api/threads', '/api/openapi.json', '/api/nowhere', '/api/auth/me']) {
        const answer = await raw('GET', path, { ...auth(), host });
        expect([answer.status, answer.body.code], path).toEqual([403, 'host-not-allowed']);
      }
    },
  );

  test('loopback names on our port are ours', async () => {
    for (const host of [`localhost:${api.port}`, `127.0.0.1:${api.port}`, `[::1]:${api.port}`]) {
      expect((await raw('GET', '/api/auth/me', { ...auth(), host })).status, host).toBe(200);
    }
  });
});

describe('writes a browser authorises by itself', () => {
  const write = (headers: Record<string, string>) =>
    api.call('POST', '/api/messages', { cookie, body: message, headers });
  test.each([
    { origin: 'http://evil.test' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('from %o: 403', async headers => {
    const before = await api.plane.collections.messages.countDocuments();
    const answer = await write(headers as unknown as Record<string, string>);
    expect([answer.status, answer.body.code]).toEqual([403, 'origin-not-allowed']);
    expect((await api.call('DELETE', '/api/auth/session', { cookie, headers })).status).toBe(403);
    expect(await api.plane.collections.messages.countDocuments()).toBe(before);
  });

  test('from our own page: done', async () => {
    expect((await write({ origin: api.url, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  test('reads pass, for no other site can see them', async () => {
    expect((await api.call('GET', '/api/threads', { cookie, headers: { origin: 'http://evil.test' } })).status).toBe(
      200,
    );
  });

  test('a bearer token is sent by nobody unasked, so its origin is not asked for', async () => {
    expect(
      (await api.call('POST', '/api/messages', { body: message, headers: { origin: 'http://evil.test' } })).status,
    ).toBe(201);
  });

  test('another site signs nobody in', async () => {
    const body = { token: api.plane.adminToken };
    expect(
      (await api.call('POST', '/api/auth/session', { token: null, body, headers: { origin: 'http://evil.test' } }))
        .status,
    ).toBe(403);
  });
});

describe('credentials', () => {
  test('two in one request: 400, on open routes too', async () => {
    const headers = { ...auth(), cookie };
    expect((await raw('GET', '/api/auth/me', headers)).body.code).toBe('malformed-request');
    expect((await raw('GET', '/api/openapi.json', headers)).status).toBe(400);
    const twice = { authorization: [`Bearer ${api.plane.adminToken}`, 'Bearer other'] };
    expect((await raw('GET', '/api/auth/me', twice)).status).toBe(400);
    expect((await raw('GET', '/api/auth/me', { cookie: `${cookie}; ${cookie}` })).status).toBe(400);
  });

  test('in the URL: 400, and never in the log', async () => {
    const token = await api.tokenFor('viewer');
    for (const path of [
      `/api/threads?token=${token}`,
      `/api/threads/${token}`,
      `/api/threads?q=${token}`,
      '/api/auth/me?code=abc',
      `/nowhere/${token}`,
    ]) {
      const answer = await api.call('GET', path);
      expect([answer.status, answer.body.code], path).toEqual([400, 'credential-in-url']);
      expect(answer.text).not.toContain(token);
    }
    expect(api.logged()).not.toContain(token);
  });
});

describe('the answer', () => {
  test('every GET carries a position, a request id, and leave to be cached by nobody', async () => {
    for (const path of ['/api/threads', '/api/messages/0123456789abcdef01234567', '/api/auth/me', '/api/tasks?bad=1']) {
      const { headers } = await api.call('GET', path);
      expect(headers.get('x-event-cursor'), path).toBe('position-of-now');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-request-id')).toMatch(/^[A-Za-z0-9-]{8,64}$/);
    }
  });

  test('a plain request id of the caller is kept, another is replaced', async () => {
    expect(
      (await api.call('GET', '/api/threads', { headers: { 'x-request-id': 'trace-0001' } })).headers.get(
        'x-request-id',
      ),
    ).toBe('trace-0001');
    const { headers, body } = await api.call('GET', '/api/nowhere', { headers: { 'x-request-id': '<script>' } });
    expect(headers.get('x-request-id')).not.toContain('<');
    expect(body.requestId).toBe(headers.get('x-request-id'));
  });

  test('the position is read before the handler runs', async () => {
    const order: string[] = [];
    const { cursor } = api.door;
    const { threads } = api.plane.collections;
    const { find } = threads;
    api.door.cursor = () => {
      order.push('cursor');
      return 'position-of-now';
    };
    threads.find = ((...args: Parameters<typeof find>) => {
      order.push('handler');
      return find.apply(threads, args);
    }) as typeof find;
    await api.call('GET', '/api/threads');
    Object.assign(threads, { find });
    api.door.cursor = cursor;
    expect(order).toEqual(['cursor', 'handler']);
  });

  test('no such path 404; wrong method 405 with Allow; HEAD as GET without a body', async () => {
    expect((await api.call('GET', '/api/nowhere', { token: null })).status).toBe(404);
    const wrong = await api.call('PUT', '/api/threads');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    const head = await api.call('HEAD', '/api/threads');
    expect([head.status, head.text]).toEqual([200, '']);
  });

  test('a fault of ours says nothing about itself, but the log does', async () => {
    const { threads } = api.plane.collections;
    const { find } = threads;
    threads.find = () => {
      throw new Error('inner secret detail');
    };
    const answer = await api.call('GET', '/api/threads');
    Object.assign(threads, { find });
    expect([answer.status, answer.body.code]).toEqual([500, 'internal']);
    expect(answer.text).not.toContain('inner');
    expect(api.logged()).toContain('inner secret detail');
    expect(api.logged()).toContain(answer.body.requestId);
  });
});

describe('bodies', () => {
  const post = (rawBody: string | Uint8Array, headers: Record<string, string> = json) =>
    api.call('POST', '/api/messages', { raw: rawBody, headers });

  test.each(['{', 'undefined', '{"body": "x",}', "{'body': 1}", '\u0000', '[1'])('no JSON: 400 for %j', async text => {
    const answer = await post(text);
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed-request']);
  });

  test('bytes that are no UTF-8: 400', async () => {
    expect((await post(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))).status).toBe(400);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json; charset=latin1',
  ])('%s: 415', async type => expect((await post(JSON.stringify(message), { 'content-type': type })).status).toBe(415));

  test('no type at all, or a compressed body: 415', async () => {
    const length = { 'content-length': '2' };
    expect((await raw('POST', '/api/messages', { ...auth(), ...length }, '{}')).status).toBe(415);
    expect((await post(JSON.stringify(message), { ...json, 'content-encoding': 'gzip' })).status).toBe(415);
  });

  test('over 1 MiB: 413, said before all of it has come, with or without a length', async () => {
    const large = JSON.stringify({ body: 'x'.repeat(1_100_000) });
    expect((await post(large)).status).toBe(413);
    const chunked = new ReadableStream({
      pull: controller => {
        controller.enqueue(Buffer.alloc(65_536, 0x20));
      },
    });
    const response = await fetch(`${api.url}/api/messages`, {
      method: 'POST',
      headers: { ...auth(), ...json },
      body: chunked,
      duplex: 'half',
    } as RequestInit).catch(() => null);
    // An endless sender may be cut off before it looks at the answer; it never holds memory or a handler.
    expect([413, undefined]).toContain(response?.status);
  });

  test('an endless body is answered while it still comes', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(api.port, '127.0.0.1', () => {
        socket.write(
          `POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\nAuthorization: Bearer ${api.plane.adminToken}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
        );
        const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
        for (let sent = 0; sent < 20; sent += 1) socket.write(chunk);
      });
      socket.once('data', data => {
        resolve(data.toString());
        socket.destroy();
      });
      socket.once('error', reject);
    });
    expect(answer).toContain('413');
  });

  test('deeper than 20: 400, even a hundred thousand brackets', async () => {
    expect((await post(`{"body":${'['.repeat(19)}${']'.repeat(19)}}`)).status).toBe(422);
    expect((await post(`{"body":${'['.repeat(20)}${']'.repeat(20)}}`)).status).toBe(400);
    expect((await post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).status).toBe(400);
  });

  test('a route that takes nothing takes {} and nothing at all, but no field', async () => {
    const { body } = await api.call('POST', '/api/messages', { body: { body: 'to cancel', assignedTo: 'research' } });
    const path = `/api/messages/${body.id}/cancel`;
    expect((await api.call('POST', path, { body: { why: 'x' } })).status).toBe(422);
    expect((await api.call('POST', path, { body: [] })).status).toBe(422);
    expect((await api.call('POST', path, { body: {} })).status).toBe(200);
    expect((await api.call('POST', path)).status).toBe(200);
  });

  test('a merge patch is taken under its own type too', async () => {
    const { body } = await api.call('POST', '/api/threads', { body: { subject: 'x' } });
    const patch = { raw: '{"subject":"y"}', headers: { 'content-type': 'application/merge-patch+json' } };
    expect((await api.call('PATCH', `/api/threads/${body.id}`, patch)).body.subject).toBe('y');
  });
});

describe('operators and odd names', () => {
  const ODD: unknown[] = [
    { $ne: null },
    { $gt: '' },
    { $where: 'sleep(1000)' },
    { $regex: '(a+)+$' },
    { $in: ['x'] },
    ['x'],
    [{ $ne: 1 }],
    { 'a.b': 1 },
    { constructor: { prototype: { polluted: true } } },
  ];
  const WRITES: [string, string, Record<string, unknown>][] = [
    [
      'POST',
      '/api/messages',
      {
        body: 'x',
        assignedTo: 'research',
        priority: 'low',
        inReplyTo: 'x',
        threadId: 'x',
        subject: 'x',
        projectId: 'x',
        expectsReply: true,
      },
    ],
    ['POST', '/api/threads', { subject: 'x', priority: 'low', assignedTo: 'research', projectId: 'x' }],
    ['POST', '/api/tasks', { title: 'x', input: 'x', assignedTo: 'research', priority: 'low' }],
    [
      'POST',
      '/api/tokens',
      { role: 'viewer', label: 'x', tenantId: 'default', expiresAt: 'x', agentType: 'x', account: 'x' },
    ],
    ['POST', '/api/tenants', { tenantId: 'x', name: 'x' }],
    ['POST', '/api/auth/session', { token: 'x' }],
    ['POST', '/api/auth/session', { code: 'x' }],
    ['POST', '/api/dispatches/claim', { consumer: 'x', max: 1, agentTypes: ['x'], source: {}, waitMs: 0 }],
  ];

  test.each(WRITES)('%s %s: every leaf refuses every operator with 400 or 422', async (method, path, body) => {
    for (const field of Object.keys(body)) {
      for (const odd of ODD) {
        if (field === 'agentTypes' && Array.isArray(odd) && odd[0] === 'x') continue;
        const token = path === '/api/auth/session' ? null : undefined;
        const answer = await api.call(method, path, {
          ...(token === null ? { token } : {}),
          body: { ...body, [field]: odd },
        });
        expect([400, 422], `${field}: ${JSON.stringify(odd)} → ${answer.text}`).toContain(answer.status);
      }
    }
  });

  test.each(WRITES)('%s %s: unknown, dotted, dollar and prototype names are no fields', async (method, path) => {
    for (const name of [
      '$where',
      'a.b',
      '__proto__',
      'constructor',
      'prototype',
      'tenantId2',
      'createdBy',
      '_id',
      'toString',
    ]) {
      const answer = await api.call(method, path, {
        ...(path === '/api/auth/session' ? { token: null } : {}),
        raw: `{${JSON.stringify(name)}: {"polluted": true}}`,
      });
      expect([400, 422], `${name} → ${answer.text}`).toContain(answer.status);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each([
    '/api/threads',
    '/api/messages',
    '/api/tasks',
    '/api/dispatches',
    '/api/tokens',
    '/api/auth/me',
    '/api/openapi.json',
  ])('GET %s: unknown, repeated and bracketed parameters 422', async path => {
    for (const query of [
      'surprise=1',
      'status[$ne]=x',
      'limit[$gt]=0',
      '__proto__=x',
      'constructor=x',
      'limit=1&limit=2',
      '%24where=1',
      'limit=%7B%22%24gt%22%3A0%7D',
      'limit=0',
      'limit=201',
      'limit=1e9',
    ]) {
      const answer = await api.call('GET', `${path}?${query}`);
      expect([answer.status, answer.body?.code], `${query}`).toEqual([422, 'validation-failed']);
    }
  });

  test.each([
    '$ne',
    '{"$ne":null}',
    '__proto__',
    '%00',
    '..%2f..%2fetc',
    '0123456789abcdef0123456z',
    'constructor',
    '[object Object]',
  ])('no record is called %s: 404', async id => {
    for (const noun of ['threads', 'messages', 'tasks', 'dispatches', 'tokens', 'tenants']) {
      const answer = await api.call('GET', `/api/${noun}/${encodeURIComponent(decodeURIComponent(id))}`);
      expect(answer.status, `${noun}/${id} ${answer.text}`).toBe(404);
    }
  });

  test('a cursor of junk is told, not followed', async () => {
    const forged = Buffer.from('{"id":{"$ne":1}}').toString('base64url');
    for (const cursor of ['junk', forged, Buffer.from('null').toString('base64url')]) {
      expect((await api.call('GET', `/api/messages?cursor=${cursor}`)).status).toBe(422);
    }
  });
});
