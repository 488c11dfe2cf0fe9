import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '@/lib/http/route';
import { ROUTES } from '@/lib/http/routes';
import { startApiServer, type Answer, type ApiServer } from '../support/api-server';
import { declaredStatuses } from '../support/declared-statuses';

/**
 * Whatever a door answers of itself, before a handler is asked, OpenAPI declares for that route. Each route of the table
 * is tried, so a new one cannot lack a status; what the handlers answer is held against it where they are swept.
 */
let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

const UNKNOWN = '0123456789abcdef01234567';
const pathOf = ({ path }: Route): string => path.replace(/:\w+/g, UNKNOWN);
const typeOf = ({ textBody }: Route): string => textBody ?? 'application/json';
const isSignIn = ({ guessable }: Route): boolean => guessable === true;

const send = (route: Route, raw: string | Uint8Array, type: string): Promise<Answer> =>
  api.call(route.method, pathOf(route), { raw, headers: { 'content-type': type } });

function fromHost(route: Route, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: api.port, method: route.method, path: pathOf(route), headers: { host } };
    const req = request(options, res => res.resume().on('end', () => resolve(res.statusCode!)));
    req.on('error', reject);
    req.end();
  });
}

function expectDeclared(route: Route, status: number): void {
  expect(declaredStatuses(route), `${route.method} ${route.path} answers ${status}`).toContain(status);
}

describe.each(ROUTES.map(route => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  test('a credential in the URL: 400; another host: 403; an unknown parameter: 422', async () => {
    const inUrl = await api.call(route.method, `${pathOf(route)}?token=x`);
    const strange = await api.call(route.method, `${pathOf(route)}?surprise=1`);
    const foreign = await fromHost(route, 'evil.test');
    expect([inUrl.status, strange.status, foreign]).toEqual([400, 422, 403]);
    for (const status of [400, 422, 403]) expectDeclared(route, status);
  });

  test('no credential, or one that opens nothing', async () => {
    const body = isSignIn(route) ? { body: { token: 'opens-nothing' } } : {};
    const { status } = await api.call(route.method, pathOf(route), { token: null, ...body });
    if (route.access !== 'open' || isSignIn(route)) expect(status).toBe(401);
    expectDeclared(route, status);
  });

  test('a body that is none of its own', async () => {
    if (route.method === 'GET' || (route.method === 'DELETE' && !route.body)) return;
    const wrongType = await send(route, '{}', 'text/plain');
    const tooLong = await send(route, ' '.repeat(1_048_577), typeOf(route));
    const broken = await send(route, Buffer.from([0xff]), typeOf(route));
    expect([wrongType.status, tooLong.status, broken.status]).toEqual([415, 413, 400]);
    for (const status of [415, 413, 400]) expectDeclared(route, status);
  });

  test('a record that is not there, in its path', async () => {
    if (!route.path.includes(':') || (route.method !== 'GET' && route.method !== 'DELETE')) return;
    expect((await api.call(route.method, pathOf(route))).status).toBe(404);
  });

  test('a record in its path is declared as missing; a create as made, made before, and refused', () => {
    if (route.path.includes(':')) expectDeclared(route, 404);
    if (route.status === 201) for (const status of [201, 200, 404, 409]) expectDeclared(route, status);
  });
});
