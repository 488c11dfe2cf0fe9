import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSignInCode } from '@/lib/services/identity/create-sign-in-code';
import { startApiServer, type ApiServer } from '../support/api-server';
import { makeWorld, type World } from '../support/isolation/world';

/** The plane's own bookkeeping, found by a key of its own: docs/decisions.md says so. */
const BOOKKEEPING = ['settings', 'presence', 'accounts', 'spend', 'spendDays', 'idempotencyKeys', 'malformed'];
const LISTS = [
  'tokens',
  'tenants',
  'agent-types',
  'projects',
  'threads',
  'messages',
  'tasks',
  'runs',
  'reports',
  'dispatches',
  'consumers',
  'sessions',
  'tool-calls',
  'activity',
];

let api: ApiServer;
let world: World;
beforeAll(async () => {
  api = await startApiServer();
  await api.withStream();
  world = await makeWorld(api, 'default');
  await api.call('POST', '/api/auth/session', { token: null, body: { token: world.token } });
  await createSignInCode(api.plane.collections, Date.now());
  await api.call('PATCH', '/api/settings', { token: world.token, body: { revision: 0, dispatchPaused: true } });
});
afterAll(() => api.stop());

describe('every document', () => {
  test('has _id, tenantId, createdAt, updatedAt and createdBy', async () => {
    for (const [name, collection] of Object.entries(api.plane.collections)) {
      if (BOOKKEEPING.includes(name)) continue;
      const rows: unknown[] = await collection.find({}).toArray();
      expect(rows.length, name).toBeGreaterThan(0);
      for (const row of rows) {
        expect(row, name).toMatchObject({
          _id: expect.any(ObjectId),
          tenantId: expect.any(String),
          createdAt: expect.any(Date),
          updatedAt: expect.any(Date),
          createdBy: expect.any(String),
        });
      }
    }
  });

  test('settings too, but for their _id, and who wrote them first stays', async () => {
    const read = () => api.plane.collections.settings.findOne({ _id: 'default' });
    const first = await read();
    expect(first).toMatchObject({ tenantId: 'default', createdBy: world.tokenId, updatedBy: world.tokenId });
    await api.call('PATCH', '/api/settings', { body: { revision: 1, dispatchPaused: false } });
    const { createdAt, createdBy } = first!;
    expect(await read()).toMatchObject({ createdAt, createdBy, updatedBy: 'admin' });
  });
});

describe('every record', () => {
  test.each(LISTS)('GET /api/%s: has id, tenantId, createdAt, updatedAt and createdBy', async noun => {
    const { body } = await api.call('GET', `/api/${noun}`, { token: world.token });
    expect(body.items.length).toBeGreaterThan(0);
    for (const item of body.items) {
      expect(item).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f]{24}$/),
        tenantId: expect.any(String),
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        createdBy: expect.any(String),
      });
    }
  });

  test('an audit row of an earlier version says when and who as it always did', async () => {
    const at = new Date('2026-01-31T12:00:00Z');
    const actor = { kind: 'operator', id: 'rita', label: 'Rita' };
    const subject = { kind: 'thread', id: 'x' };
    const old = { _id: new ObjectId(), tenantId: 'default', at, actor, action: 'thread.old', subject, changes: [] };
    await api.plane.collections.activity.insertOne(old);
    const { body } = await api.call('GET', '/api/activity?action=thread.old');
    const when = at.toISOString();
    expect(body.items).toMatchObject([{ at: when, createdAt: when, updatedAt: when, createdBy: 'rita' }]);
  });
});
