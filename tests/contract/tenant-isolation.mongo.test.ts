import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { allows } from '@/lib/auth/policy';
import { ROLES, type Role } from '@/lib/domain/identity/schema';
import type { Route } from '@/lib/http/route';
import { ROUTES } from '@/lib/http/routes';
import { startApiServer, type Answer, type ApiServer } from '../support/api-server';
import { declaredStatuses } from '../support/declared-statuses';
import { ATTACKS, type Attack } from '../support/isolation/attacks';
import { makeWorld, markerOf, type World } from '../support/isolation/world';

/**
 * Every route, tried with another tenant's ids. The route table is what is swept, so a route that nobody thought of
 * here fails the first test; the positive controls at the end show that the ids were good.
 */
const MARKER = markerOf('tenant-a');
let api: ApiServer;
let a: World;
let b: World;
let inDefault: World;
beforeAll(async () => {
  api = await startApiServer();
  await api.withStream();
  a = await makeWorld(api, 'tenant-a');
  b = await makeWorld(api, 'tenant-b');
  inDefault = await makeWorld(api, 'default');
});
afterAll(() => api.stop());

const name = ({ method, path }: Route): string => `${method} ${path}`;
const attacksOn = (route: Route, own = b): Attack[] => ATTACKS[name(route)]!(a, own);

function send(route: Route, attack: Attack, token: string | null): Promise<Answer> {
  const path = route.path.replace(/:(\w+)/g, (_, param: string) => encodeURIComponent(attack.params?.[param] ?? ''));
  const query = attack.query ? `?${new URLSearchParams(attack.query)}` : '';
  const body =
    attack.text === undefined
      ? { body: attack.body }
      : { raw: attack.text, headers: { 'content-type': route.textBody! } };
  return api.call(route.method, path + query, {
    token,
    ...(attack.body === undefined && attack.text === undefined ? {} : body),
  });
}

/** Everything of A's, but what its own reading changes. */
async function everythingOf(tenantId: string): Promise<string> {
  const rows = await Promise.all(
    Object.entries(api.plane.collections)
      .filter(([key]) => !['presence', 'idempotencyKeys', 'webSessions'].includes(key))
      .map(async ([key, collection]) => [key, await collection.find({ tenantId }).sort({ _id: 1 }).toArray()]),
  );
  return JSON.stringify(rows, (key, value: unknown) => (key === 'lastUsedAt' ? undefined : value), 1);
}

/** What the caller itself sent may come back in a refusal; nothing else of A's may. */
function expectNothingOfA({ text }: Answer, attack: Attack, what: string): void {
  const sent = JSON.stringify(attack);
  const values = Object.values(a).filter(value => typeof value === 'string');
  const rest = values.filter(value => sent.includes(value)).reduce((left, value) => left.replaceAll(value, ''), text);
  for (const value of [MARKER, ...values]) expect(rest.includes(value), `${value} is shown. ${what}`).toBe(false);
}

const STATUSES: Record<Attack['expects'], (status: number) => boolean> = {
  hidden: status => status === 403 || status === 404,
  refused: status => status === 403 || status === 404 || status === 422,
  'own-only': status => status === 200 || status === 409,
  public: status => status === 200 || status === 204 || status === 503,
};

describe('the sweep is whole', () => {
  test('every route has its row, and every row its route', () => {
    expect(Object.keys(ATTACKS).toSorted()).toEqual(ROUTES.map(name).toSorted());
  });

  test.each(ROUTES.map(route => [name(route), route] as const))('%s: each id it takes is tried', (_, route) => {
    const attacks = attacksOn(route);
    expect(attacks.length).toBeGreaterThan(0);
    const params = [...route.path.matchAll(/:(\w+)/g)].map(([, param]) => param!);
    for (const param of params) {
      expect(
        attacks.some(attack => attack.expects === 'hidden' && attack.params?.[param]),
        `:${param}`,
      ).toBe(true);
    }
    const tried = new Set(attacks.flatMap(({ query, body }) => [...pathsOf(query), ...pathsOf(body)]));
    for (const schema of [route.query, route.body]) {
      for (const field of schema ? idFields(schema) : []) expect(tried, `field ${field}`).toContain(field);
    }
  });
});

describe('another tenant', () => {
  let before: string;
  beforeAll(async () => {
    before = await everythingOf('tenant-a');
    expect(before).toContain(MARKER);
  });

  test.each(ROUTES.map(route => [name(route), route] as const))('%s', async (label, route) => {
    for (const own of [b, inDefault]) {
      for (const attack of attacksOn(route, own)) {
        if (own === inDefault && attack.exceptDefault) continue;
        const answer = await send(route, attack, own.token);
        const what = `${own.tenantId}: ${label} ${JSON.stringify(attack)} → ${answer.status} ${answer.text}`;
        expect(STATUSES[attack.expects](answer.status), what).toBe(true);
        expect(declaredStatuses(route), what).toContain(answer.status);
        expectNothingOfA(answer, attack, what);
      }
    }
  });

  test('afterwards nothing of A has changed', async () => {
    expect(await everythingOf('tenant-a')).toBe(before);
  });
});

describe('nobody', () => {
  test.each(ROUTES.filter(route => route.access !== 'open').map(route => [name(route), route] as const))(
    '%s: 401',
    async (_, route) => {
      for (const attack of attacksOn(route)) expect((await send(route, attack, null)).status).toBe(401);
    },
  );
});

describe('a role without the permission', () => {
  const tokens = {} as Record<Role, string>;
  beforeAll(async () => {
    for (const role of ROLES) {
      const more = role === 'agent' ? { agentType: a.agentType } : {};
      const answer = await api.call('POST', '/api/tokens', { token: a.token, body: { role, label: role, ...more } });
      tokens[role] = answer.body.token;
    }
  });

  test.each(
    ROUTES.filter(({ access }) => access !== 'open' && access !== 'signed-in').map(
      route => [name(route), route] as const,
    ),
  )('%s: 403, whatever it sends', async (_, route) => {
    for (const role of ROLES) {
      if (route.access === 'open' || route.access === 'signed-in' || allows(role, route.access)) continue;
      for (const attack of attacksOn(route)) {
        const answer = await send(route, attack, tokens[role]);
        expect([answer.status, answer.body.code], role).toEqual([403, 'forbidden']);
        expect(answer.text).not.toContain(MARKER);
      }
    }
  });
});

describe('the lists were not empty: A itself sees its own', () => {
  const lists = ROUTES.filter(route => route.method === 'GET' && !route.path.includes(':'));
  test.each(lists.map(route => [name(route), route] as const))('%s', async (_, route) => {
    const attack = attacksOn(route).find(({ expects, silent, query }) => expects === 'own-only' && !silent && !query);
    if (attack) expect((await send(route, attack, a.token)).text).toContain(MARKER);
  });
});

describe('the ids were good: A itself gets in with them', () => {
  const order = { GET: 0, PATCH: 1, POST: 2, DELETE: 3 };
  const controls = ROUTES.filter(route => route.path.includes(':')).toSorted(
    (x, y) => order[x.method] - order[y.method],
  );
  test.each(controls.map(route => [name(route), route] as const))('%s', async (_, route) => {
    for (const attack of attacksOn(route).filter(
      ({ expects, exceptDefault }) => expects === 'hidden' && !exceptDefault,
    )) {
      const answer = await send(route, attack, a.token);
      expect([401, 403, 404], answer.text).not.toContain(answer.status);
    }
  });
});

const ID_PATTERN = '^[0-9a-f]{24}$';

/** Where a schema takes an id, as dotted paths without list indexes. */
function idFields(schema: z.ZodType): string[] {
  const found: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { pattern, properties, items, anyOf, oneOf, allOf } = node as Record<string, unknown>;
    if (pattern === ID_PATTERN) found.push(path);
    for (const [key, child] of Object.entries(properties ?? {})) walk(child, path === '' ? key : `${path}.${key}`);
    walk(items, path);
    for (const branch of [anyOf, oneOf, allOf].flat()) walk(branch, path);
  };
  walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '');
  return [...new Set(found)];
}

/** The same paths, of a value. */
function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap(item => pathsOf(item, path));
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [path];
  return Object.entries(value).flatMap(([key, child]) => pathsOf(child, path === '' ? key : `${path}.${key}`));
}
