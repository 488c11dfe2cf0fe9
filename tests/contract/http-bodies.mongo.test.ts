import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiServer, type ApiServer } from '../support/api-server';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

const auth = () => ({ authorization: `Bearer ${api.plane.adminToken}` });
const message = { body: 'hello', assignedTo: null };
const json = { 'content-type': 'application/json' };
const post = (rawBody: string | Uint8Array, headers: Record<string, string> = json) =>
  api.call('POST', '/api/messages', { raw: rawBody, headers });

/** Two bytes without a type: fetch would name one. */
function postWithoutType(): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: api.port,
      method: 'POST',
      path: '/api/messages',
      headers: { ...auth(), 'content-length': '2' },
    };
    const req = request(options, res => res.resume().on('end', () => resolve(res.statusCode!)));
    req.on('error', reject);
    req.end('{}');
  });
}

describe('bodies', () => {
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
    expect(await postWithoutType()).toBe(415);
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
