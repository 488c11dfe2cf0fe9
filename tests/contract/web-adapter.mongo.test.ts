import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveWebRequest } from '@/lib/http/web-adapter';
import { startApiServer, type ApiServer } from '../support/api-server';

/** The door behind Next's catch-all route: the same core, so the same answers. */
let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

const serve = (method: string, path: string, init: RequestInit = {}) => {
  const headers = {
    host: `127.0.0.1:${api.port}`,
    authorization: `Bearer ${api.plane.adminToken}`,
    ...(init.body ? { 'content-type': 'application/json' } : {}),
    ...(init.headers as Record<string, string>),
  };
  return serveWebRequest(api.door, new Request(api.url + path, { ...init, method, headers }));
};

test('a create, a read and a refusal are what node:http answers', async () => {
  const made = await serve('POST', '/api/threads', { body: JSON.stringify({ subject: 'through the web' }) });
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as { id: string };
  const read = await serve('GET', `/api/threads/${id}`);
  expect([read.status, read.headers.get('x-event-cursor')]).toEqual([200, 'position-of-now']);
  expect(await read.json()).toEqual((await api.call('GET', `/api/threads/${id}`)).body);
  const refused = await serve('GET', '/api/threads?surprise=1');
  expect([refused.status, refused.headers.get('content-type')]).toEqual([422, 'application/problem+json']);
});

test('a body over the limit is stopped while it is read, with or without a length', async () => {
  expect((await serve('POST', '/api/messages', { body: 'x'.repeat(1_100_000) })).status).toBe(413);
  const body = new ReadableStream({ pull: controller => controller.enqueue(Buffer.alloc(65_536, 0x20)) });
  const endless = { body, duplex: 'half' } as RequestInit;
  expect((await serve('POST', '/api/messages', endless)).status).toBe(413);
});

test('a foreign Host is refused, signing in sets the cookie, and a 204 has no body', async () => {
  expect((await serve('GET', '/api/threads', { headers: { host: 'evil.test' } })).status).toBe(403);
  const signedIn = await serve('POST', '/api/auth/session');
  expect([signedIn.status, await signedIn.text()]).toEqual([204, '']);
  expect(signedIn.headers.get('set-cookie')).toContain('HttpOnly; SameSite=Strict');
});
