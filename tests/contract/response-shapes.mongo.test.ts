import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES } from '@/lib/http/routes';
import { startApiServer, type ApiServer } from '../support/api-server';
import { declaredStatuses } from '../support/declared-statuses';
import { ATTACKS } from '../support/isolation/attacks';
import { makeWorld, type World } from '../support/isolation/world';

/**
 * What a route answers is what its row, and with it OpenAPI, says: no field missing, none more. The requests are those
 * of the isolation sweep, sent by the tenant they belong to.
 */
let api: ApiServer;
let a: World;
beforeAll(async () => {
  api = await startApiServer();
  await api.withStream();
  a = await makeWorld(api, 'tenant-a');
});
afterAll(() => api.stop());

const ORDER = { GET: 0, PATCH: 1, POST: 2, DELETE: 3 };
const routes = ROUTES.toSorted((x, y) => ORDER[x.method] - ORDER[y.method]);

test.each(routes.map(route => [`${route.method} ${route.path}`, route] as const))('%s', async (name, route) => {
  for (const { params, query, body, text } of ATTACKS[name]!(a, a)) {
    const path = route.path.replace(/:(\w+)/g, (_, param: string) => encodeURIComponent(params![param]!));
    const answer = await api.call(route.method, `${path}${query ? `?${new URLSearchParams(query)}` : ''}`, {
      token: a.token,
      ...(text === undefined ? { body } : { raw: text, headers: { 'content-type': route.textBody! } }),
    });
    expect(answer.status, answer.text).toBeLessThan(500);
    expect(declaredStatuses(route), answer.text).toContain(answer.status);
    if (answer.status >= 300) {
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ status: answer.status, code: expect.stringMatching(/^[a-z]+(-[a-z]+)*$/) });
      continue;
    }
    expect([200, route.status ?? 200]).toContain(answer.status);
    if (answer.status === 204) expect(answer.text).toBe('');
    else if (route.responseType === undefined) expect(route.response!.parse(answer.body)).toEqual(answer.body);
    else expect(answer.headers.get('content-type')).toContain(route.responseType);
  }
});
