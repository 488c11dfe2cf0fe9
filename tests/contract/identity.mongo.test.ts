import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSignInCode } from '@/lib/services/identity/create-sign-in-code';
import { authenticate, stillValid } from '@/lib/services/identity/authenticate';
import { MINUTE_MS, systemClock } from '@/lib/kernel/clock';
import { ROLES } from '@/lib/domain/identity/schema';
import { startApiServer, type ApiServer } from '../support/api-server';

let api: ApiServer;
let offsetMs = 0;
const clock = { ...systemClock, now: () => Date.now() + offsetMs };
beforeAll(async () => {
  api = await startApiServer({}, clock);
});
afterAll(() => api.stop());

const issue = async (body: Record<string, unknown>) => (await api.call('POST', '/api/tokens', { body })).body;
const freshCode = () => createSignInCode(api.plane.collections, clock.now());
const signIn = (body: unknown, options = {}) =>
  api.call('POST', '/api/auth/session', { token: null, body, ...options });
const cookieOf = (answer: { headers: Headers }) => answer.headers.get('set-cookie')!.split(';')[0]!;
const me = (options: object) => api.call('GET', '/api/auth/me', { token: null, ...options });
const bearer = async (secret: string) => (await authenticate(api.plane, { kind: 'bearer', secret }))!;

async function later(ms: number, run: () => Promise<void>) {
  offsetMs += ms;
  api.plane.authCache.clear();
  try {
    await run();
  } finally {
    offsetMs -= ms;
    api.plane.authCache.clear();
  }
}

describe('tokens', () => {
  test('a token of every role says who it is', async () => {
    for (const role of ROLES) {
      const { token, id } = await issue({
        role,
        label: `a ${role}`,
        ...(role === 'agent' ? { agentType: 'research' } : {}),
      });
      const answer = await me({ token });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        tenantId: 'default',
        role,
        id,
        label: `a ${role}`,
        agentType: role === 'agent' ? 'research' : null,
        expiresAt: null,
      });
    }
  });

  test('only its hash is stored, and no answer but the first shows it', async () => {
    const { token, id } = await issue({ role: 'viewer', label: 'once' });
    const row = await api.plane.collections.apiTokens.findOne({ tokenId: id });
    // swb_ROLE_ID_SECRET, and the secret may have such strokes of its own.
    const secret = token.split('_').slice(3).join('_');
    expect(JSON.stringify(row)).not.toContain(secret);
    for (const path of ['/api/tokens', `/api/tokens/${id}`]) {
      const { text, status } = await api.call('GET', path);
      expect(status).toBe(200);
      expect(text).not.toContain(secret);
      expect(text).not.toContain('hash');
    }
    expect(api.logged()).not.toContain(secret);
  });

  test('missing, wrong, cut and foreign ones are all the same 401', async () => {
    const { token } = await issue({ role: 'viewer', label: 'x' });
    const bodies = new Set<string>();
    const wrong = [
      null,
      'nonsense',
      token.slice(0, -1),
      `${token}x`,
      token.replace('viewer', 'admin'),
      `swb_viewer_${'0'.repeat(24)}_${'a'.repeat(43)}`,
    ];
    for (const secret of wrong) {
      const { status, body, headers } = await me({ token: secret });
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
      expect(headers.get('www-authenticate')).toContain('Bearer');
      expect(headers.get('x-event-cursor')).toBeNull();
      bodies.add(body.detail);
    }
    expect(bodies.size).toBe(1);
    expect((await me({ headers: { authorization: `Basic ${btoa('a:b')}` } })).status).toBe(401);
  });

  test('revoked: at once here, its sessions and streams with it, and the log says who did it', async () => {
    const { token, id } = await issue({ role: 'operator', label: 'to go' });
    const principal = await bearer(token);
    const cookie = cookieOf(await signIn({ token }));
    expect((await me({ cookie })).status).toBe(200);
    const browser = (await authenticate(api.plane, { kind: 'cookie', secret: cookie.split('=')[1]! }))!;
    expect([await stillValid(api.plane, principal), await stillValid(api.plane, browser)]).toEqual([true, true]);

    expect((await api.call('DELETE', `/api/tokens/${id}`)).status).toBe(204);
    expect((await me({ token })).status).toBe(401);
    expect((await me({ cookie })).status).toBe(401);
    expect([await stillValid(api.plane, principal), await stillValid(api.plane, browser)]).toEqual([false, false]);
    expect(await api.plane.collections.webSessions.countDocuments({ tokenId: id })).toBe(0);
    expect((await api.call('DELETE', `/api/tokens/${id}`)).status).toBe(204);
    const rows = await api.plane.collections.activity.find({ 'subject.id': id }).toArray();
    expect(rows.map(({ action, actor }) => [action, actor.id])).toEqual([
      ['token.create', 'admin'],
      ['token.revoke', 'admin'],
    ]);
  });

  test('a session made while its token was being revoked is worth nothing', async () => {
    const { token, id } = await issue({ role: 'operator', label: 'race' });
    await api.plane.collections.apiTokens.updateOne({ tokenId: id }, { $set: { revokedAt: null } });
    const cookie = cookieOf(await signIn({ token }));
    // What a revocation that had passed over the session already would leave.
    await api.plane.collections.apiTokens.updateOne({ tokenId: id }, { $set: { revokedAt: new Date() } });
    api.plane.authCache.clear();
    expect((await me({ cookie })).status).toBe(401);
  });

  test('expired: refused, its session with it, and its open streams', async () => {
    const expiresAt = new Date(clock.now() + MINUTE_MS).toISOString();
    const { token } = await issue({ role: 'viewer', label: 'short', expiresAt });
    const principal = await bearer(token);
    const cookie = cookieOf(await signIn({ token }));
    expect((await me({ token })).body.expiresAt).toBe(expiresAt);
    await later(2 * MINUTE_MS, async () => {
      expect((await me({ token })).status).toBe(401);
      expect((await me({ cookie })).status).toBe(401);
      expect(await stillValid(api.plane, principal)).toBe(false);
    });
  });

  test('its last use is noted, once a minute at most', async () => {
    const { token, id } = await issue({ role: 'viewer', label: 'used' });
    const used = () => api.plane.collections.apiTokens.findOne({ tokenId: id }).then(row => row!.lastUsedAt);
    expect(await used()).toBeNull();
    await me({ token });
    await expect.poll(used).not.toBeNull();
    const first = await used();
    await later(10_000, async () => void (await me({ token })));
    expect(await used()).toEqual(first);
  });

  test.each([
    [{ role: 'god', label: 'x' }, 'role'],
    [{ role: 'viewer' }, 'label'],
    [{ role: 'viewer', label: '' }, 'label'],
    [{ role: 'agent', label: 'x' }, 'agentType'],
    [{ role: 'agent', label: 'x', agentType: 'nobody' }, 'agentType'],
    [{ role: 'viewer', label: 'x', agentType: 'research' }, 'agentType'],
    [{ role: 'viewer', label: 'x', tenantId: 'nowhere' }, 'tenantId'],
    [{ role: 'viewer', label: 'x', expiresAt: '2001-01-01T00:00:00Z' }, 'expiresAt'],
    [{ role: 'viewer', label: 'x', token: 'mine' }, 'token'],
  ])('%j: 422 for %s, and nothing is made', async (body, path) => {
    const before = await api.plane.collections.apiTokens.countDocuments();
    const answer = await api.call('POST', '/api/tokens', { body });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
    expect(await api.plane.collections.apiTokens.countDocuments()).toBe(before);
  });

  test('only admins make, see and revoke them', async () => {
    const { id } = await issue({ role: 'viewer', label: 'target' });
    for (const role of ROLES.filter(name => name !== 'admin')) {
      const token = await api.tokenFor(role, role === 'agent' ? { agentType: 'qa' } : {});
      for (const [method, path] of [
        ['GET', '/api/tokens'],
        ['POST', '/api/tokens'],
        ['DELETE', `/api/tokens/${id}`],
        ['GET', '/api/tenants'],
      ] as const) {
        const body = method === 'POST' ? { role: 'admin', label: 'mine now' } : undefined;
        expect((await api.call(method, path, { token, body })).status, `${role} ${method} ${path}`).toBe(403);
      }
    }
  });
});

describe('browser sessions', () => {
  test('a code gives a strict, script-proof cookie, once', async () => {
    const code = await freshCode();
    const answer = await signIn({ code });
    expect([answer.status, answer.text]).toEqual([204, '']);
    const header = answer.headers.get('set-cookie')!;
    expect(header).toMatch(/^switchboard_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict; Expires=/);
    expect(header).not.toContain('Secure');
    expect(header).not.toContain('Domain');
    expect((await me({ cookie: cookieOf(answer) })).body).toMatchObject({
      role: 'admin',
      id: 'admin',
      tenantId: 'default',
    });
    expect((await signIn({ code })).status).toBe(401);
    const stored = JSON.stringify(await api.plane.collections.webSessions.find().toArray());
    expect(stored).not.toContain(cookieOf(answer).split('=')[1]);
  });

  test('of ten that use a code at once, one gets in', async () => {
    const code = await freshCode();
    const answers = await Promise.all(Array.from({ length: 10 }, () => signIn({ code })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, ...Array.from({ length: 9 }, () => 401)]);
    await api.door.refusedSignIns.delete('127.0.0.1');
  });

  test('a code is over after ten minutes', async () => {
    const code = await freshCode();
    await later(10 * MINUTE_MS + 1, async () => expect((await signIn({ code })).status).toBe(401));
  });

  test('token in the body or bearer in the header do too; nothing, two, or junk do not', async () => {
    const token = await api.tokenFor('operator');
    expect((await signIn({ token })).status).toBe(204);
    expect((await signIn(undefined, { token })).status).toBe(204);
    expect((await signIn({}, { token })).status).toBe(204);
    expect((await signIn({})).status).toBe(422);
    expect((await signIn({ token }, { token })).status).toBe(400);
    expect((await signIn({ token, code: await freshCode() })).status).toBe(400);
    expect((await signIn({ token: 'junk' })).status).toBe(401);
    expect((await signIn({ code: 'junk' })).status).toBe(401);
    expect((await signIn({ token: { $ne: null } })).status).toBe(422);
    expect((await signIn({ token: 'x', role: 'admin' })).status).toBe(422);
  });

  test('signing in again makes a new session and ends the one the browser came with', async () => {
    const first = cookieOf(await signIn({ code: await freshCode() }));
    const second = cookieOf(await signIn({ code: await freshCode() }, { cookie: first }));
    expect(second).not.toBe(first);
    expect((await me({ cookie: first })).status).toBe(401);
    expect((await me({ cookie: second })).status).toBe(200);
    const planted = 'switchboard_session=chosen-by-somebody-else';
    expect(cookieOf(await signIn({ code: await freshCode() }, { cookie: planted }))).not.toBe(planted);
  });

  test('a cookie beside the bearer token is the session that ends, good or stale, and signs nobody in by itself', async () => {
    const token = await api.tokenFor('operator');
    const beside = (cookie: string, secret = token) =>
      signIn({}, { headers: { authorization: `Bearer ${secret}`, cookie } });
    const first = cookieOf(await beside('switchboard_session=long-over'));
    expect((await me({ cookie: first })).body.role).toBe('operator');
    expect((await beside(first, 'swb_operator_junk')).status).toBe(401);
    expect((await me({ cookie: first })).status).toBe(200);
    const second = cookieOf(await beside(first));
    expect((await me({ cookie: first })).status).toBe(401);
    expect((await me({ cookie: second })).body.role).toBe('operator');
    await later(7 * 24 * 60 * MINUTE_MS + 1, async () => expect((await beside(second)).status).toBe(204));
    expect((await signIn({}, { cookie: second })).status).toBe(422);
    // Everywhere else two remain a guess.
    const both = { authorization: `Bearer ${token}`, cookie: second };
    expect((await api.call('DELETE', '/api/auth/session', { token: null, headers: both })).status).toBe(400);
    expect((await me({ headers: both })).status).toBe(400);
    expect((await beside('switchboard_session=a; switchboard_session=b')).status).toBe(400);
  });

  test('signing out ends the session and takes the cookie away, also a stale one', async () => {
    const cookie = cookieOf(await signIn({ code: await freshCode() }));
    const out = await api.call('DELETE', '/api/auth/session', { cookie });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^switchboard_session=; .*Max-Age=0/);
    expect((await me({ cookie })).status).toBe(401);
    expect((await api.call('DELETE', '/api/auth/session', { cookie })).status).toBe(204);
  });

  test('it ends by itself after a week', async () => {
    const cookie = cookieOf(await signIn({ code: await freshCode() }));
    await later(7 * 24 * 60 * MINUTE_MS + 1, async () => expect((await me({ cookie })).status).toBe(401));
  });

  test('another admin token ends the sessions that the old one opened', async () => {
    const cookie = cookieOf(await signIn({ token: api.plane.adminToken }));
    const secret = cookie.split('=')[1]!;
    const rotated = { ...api.plane, adminToken: 'another-first-admin-token-0123' };
    rotated.authCache.clear();
    expect(await authenticate(rotated, { kind: 'cookie', secret })).toBeNull();
    expect(await authenticate(api.plane, { kind: 'cookie', secret })).not.toBeNull();
  });

  test('guessing is slowed down: refusals past thirty a minute answer 429 with Retry-After', async () => {
    await api.door.refusedSignIns.delete('127.0.0.1');
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 32; attempt += 1) statuses.push((await signIn({ code: 'junk' })).status);
    expect(statuses.slice(0, 30).every(status => status === 401)).toBe(true);
    const refused = await signIn({ code: await freshCode() });
    expect([refused.status, refused.body.code]).toEqual([429, 'limit-exceeded']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await api.door.refusedSignIns.delete('127.0.0.1');
    expect((await signIn({ code: await freshCode() })).status).toBe(204);
  });
});

describe('tenants', () => {
  test('a new one gets the 17 types, an admin by token, and its own log', async () => {
    const made = await api.call('POST', '/api/tenants', { body: { tenantId: 'acme', name: 'Acme' } });
    expect([made.status, made.body.tenantId]).toEqual([201, 'acme']);
    expect(await api.plane.collections.agentTypes.countDocuments({ tenantId: 'acme' })).toBe(17);
    expect(await api.plane.collections.agentTypeRevisions.countDocuments({ tenantId: 'acme', revision: 1 })).toBe(17);
    const token = await api.tokenFor('admin', { tenantId: 'acme' });
    expect((await me({ token })).body).toMatchObject({ tenantId: 'acme', role: 'admin' });
    const actions = await api.plane.collections.activity.distinct('action', { tenantId: 'acme' });
    expect(actions.toSorted()).toEqual(['agent-type.seed', 'tenant.create', 'token.create']);
    const list = await api.call('GET', '/api/tenants');
    expect(list.body.items.map((tenant: { tenantId: string }) => tenant.tenantId)).toEqual(['default', 'acme']);
  });

  test('its admin manages no tenants, and sees and makes tokens of its own only', async () => {
    const token = await api.tokenFor('admin', { tenantId: 'acme' });
    expect((await api.call('GET', '/api/tenants', { token })).status).toBe(403);
    expect((await api.call('POST', '/api/tenants', { token, body: { tenantId: 'more', name: 'More' } })).status).toBe(
      403,
    );
    const foreign = await api.call('POST', '/api/tokens', {
      token,
      body: { role: 'admin', label: 'x', tenantId: 'default' },
    });
    expect(foreign.status).toBe(403);
    expect(
      (await api.call('POST', '/api/tokens', { token, body: { role: 'viewer', label: 'x', tenantId: 'acme' } })).status,
    ).toBe(201);
    const { body } = await api.call('GET', '/api/tokens', { token });
    expect(new Set(body.items.map((row: { tenantId: string }) => row.tenantId))).toEqual(new Set(['acme']));
  });

  test('the same name twice is a conflict, of two at once one is made', async () => {
    expect((await api.call('POST', '/api/tenants', { body: { tenantId: 'acme', name: 'x' } })).body.code).toBe(
      'already-exists',
    );
    const both = await Promise.all(
      [1, 2].map(() => api.call('POST', '/api/tenants', { body: { tenantId: 'twice', name: 'Twice' } })),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    expect(await api.plane.collections.agentTypes.countDocuments({ tenantId: 'twice' })).toBe(17);
  });

  test('the default one is there from the start, with its types', async () => {
    expect(await api.plane.collections.tenants.countDocuments({ tenantId: 'default' })).toBe(1);
    expect(await api.plane.collections.agentTypes.countDocuments({ tenantId: 'default' })).toBe(17);
  });
});
