import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createOnce } from '@/lib/services/idempotency/create-once';
import { ControlPlaneError, notFound } from '@/lib/domain/errors';
import type { Context } from '@/lib/services/context';
import { firstAdmin } from '@/lib/services/identity/authenticate';
import { systemClock } from '@/lib/kernel/clock';
import { startApiServer, type ApiServer } from '../support/api-server';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

const keyed = (key: string) => ({ 'idempotency-key': key });
const body = { body: 'once, please', assignedTo: 'research' };
const post = (key: string, path = '/api/messages', sent: unknown = body, token?: string) =>
  api.call('POST', path, { body: sent, headers: keyed(key), ...(token === undefined ? {} : { token }) });

describe('creates with an Idempotency-Key', () => {
  test.each([
    ['/api/messages', body],
    ['/api/threads', { subject: 'a thread' }],
    ['/api/tasks', { title: 'a task', assignedTo: 'qa' }],
    ['/api/tokens', { role: 'viewer', label: 'a token' }],
    ['/api/tenants', { tenantId: 'keyed', name: 'Keyed' }],
  ])('%s: the same record again, 200', async (path, sent) => {
    const first = await post('again', path, sent);
    expect([first.status, first.body.code]).toEqual([201, undefined]);
    const second = await post('again', path, Object.fromEntries(Object.entries(sent).toReversed()));
    expect([second.status, second.body.id]).toEqual([200, first.body.id]);
  });

  test('a message in a thread is read back as a message', async () => {
    const thread = await api.call('POST', '/api/threads', { body: { subject: 'talk' } });
    const path = `/api/threads/${thread.body.id}/messages`;
    const first = await post('in-thread', path, { body: 'hi', assignedTo: null });
    expect(first.status).toBe(201);
    const second = await post('in-thread', path, { body: 'hi', assignedTo: null });
    expect([second.status, second.body.id]).toEqual([200, first.body.id]);
    const other = await api.call('POST', '/api/threads', { body: { subject: 'other' } });
    expect(
      (await post('in-thread', `/api/threads/${other.body.id}/messages`, { body: 'hi', assignedTo: null })).status,
    ).toBe(409);
  });

  test('the secret of a token is not shown a second time', async () => {
    const sent = { role: 'viewer', label: 'shy' };
    expect((await post('shy', '/api/tokens', sent)).body.token).toMatch(/^swb_viewer_/);
    expect((await post('shy', '/api/tokens', sent)).body).not.toHaveProperty('token');
  });

  test('the record is shown as it is now, also after an edit', async () => {
    const first = await post('edited', '/api/threads', { subject: 'before' });
    await api.call('PATCH', `/api/threads/${first.body.id}`, { body: { subject: 'after' } });
    const second = await post('edited', '/api/threads', { subject: 'before' });
    expect([second.status, second.body.subject]).toEqual([200, 'after']);
  });

  test('another body under the same key: 409, and nothing is made', async () => {
    await post('taken');
    const before = await api.plane.collections.messages.countDocuments();
    const answer = await post('taken', '/api/messages', { ...body, body: 'something else' });
    expect([answer.status, answer.body.code]).toEqual([409, 'idempotency-conflict']);
    expect(await api.plane.collections.messages.countDocuments()).toBe(before);
  });

  test('a key belongs to its principal, its tenant and its route', async () => {
    const token = await api.tokenFor('operator');
    const ids = new Set([
      (await post('shared')).body.id,
      (await post('shared', '/api/messages', body, token)).body.id,
      (await post('shared', '/api/threads', { subject: 'x' })).body.id,
    ]);
    expect(ids.size).toBe(3);
  });

  test('of ten at once one makes the record, and all get it', async () => {
    for (const key of ['race-1', 'race-2', 'race-3']) {
      const sent = { body: `only once: ${key}`, assignedTo: 'research' };
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(key, '/api/messages', sent)));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
      expect(new Set(answers.map(answer => answer.body.id)).size).toBe(1);
      expect(await api.plane.collections.messages.countDocuments({ body: sent.body })).toBe(1);
    }
  });

  test('two bodies at once: one is made, the other is told', async () => {
    const answers = await Promise.all(
      ['a', 'b'].map(text => post('fight', '/api/messages', { body: text, assignedTo: null })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  test('a refused create frees its key', async () => {
    expect((await post('corrected', '/api/messages', { body: 'x', assignedTo: 'nobody-there' })).status).toBe(422);
    expect((await post('corrected')).status).toBe(201);
  });

  test.each(['', ' ', 'a b', 'x'.repeat(201), '\u00e9'])('%j is no key: 422', async key => {
    const answer = await post(key);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].path).toBe('Idempotency-Key');
  });
});

const context = (): Context => ({ plane: api.plane, principal: firstAdmin('token'), requestId: 'test' });
const creation = (
  key: string,
  made: Map<string, string>,
  create: (id: string) => Promise<{ key: string; result: string }>,
) => ({
  key,
  bodyHash: 'same',
  create,
  readBack: async (id: string) => {
    const found = made.get(id);
    if (found === undefined) throw notFound('thing', id);
    return found;
  },
  findMade: async (id: string) => (made.has(id) ? { key: id, result: made.get(id)! } : null),
});
const lapse = (key: string) =>
  api.plane.collections.idempotencyKeys.updateOne(
    { _id: `default:admin:${key}` },
    { $set: { ownedUntil: new Date(0) } },
  );

describe('after a crash', () => {
  test('between the key and the record: the next use makes it, under the id first chosen', async () => {
    const ids: string[] = [];
    const made = new Map<string, string>();
    const crash = creation('crash-before', made, async id => {
      ids.push(id);
      throw new Error('killed');
    });
    await expect(createOnce(context(), crash)).rejects.toThrow('killed');
    const retry = creation('crash-before', made, async id => {
      ids.push(id);
      made.set(id, 'record');
      return { key: id, result: 'record' };
    });
    expect(await createOnce(context(), retry)).toEqual({ result: 'record', isNew: true });
    expect(new Set(ids).size).toBe(1);
  });

  test('between the record and the answer: the next use finds it and makes no second one', async () => {
    const made = new Map<string, string>();
    let creates = 0;
    const create = creation('crash-after', made, async id => {
      creates += 1;
      made.set(id, 'record');
      throw new Error('killed');
    });
    await expect(createOnce(context(), create)).rejects.toThrow('killed');
    expect(await createOnce(context(), create)).toEqual({ result: 'record', isNew: false });
    expect(creates).toBe(1);
  });

  test('an owner that never came back is waited for, then replaced', async () => {
    const made = new Map<string, string>();
    const forever = creation('crash-silent', made, () => new Promise(() => {}));
    void createOnce(context(), forever);
    await expect
      .poll(() => api.plane.collections.idempotencyKeys.countDocuments({ _id: 'default:admin:crash-silent' }))
      .toBe(1);
    const retry = creation('crash-silent', made, async id => ({ key: id, result: 'second' }));
    const waiting = createOnce(context(), retry);
    await lapse('crash-silent');
    expect((await waiting).result).toBe('second');
  });

  test('an owner that is still at it: the second is told to come again, after a bounded wait, whatever the clock is set to', async () => {
    const made = new Map<string, string>();
    void createOnce(
      context(),
      creation('busy', made, () => new Promise(() => {})),
    );
    await expect
      .poll(() => api.plane.collections.idempotencyKeys.countDocuments({ _id: 'default:admin:busy' }))
      .toBe(1);
    let passedMs = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
    const clock = {
      now: () => Date.now() - passedMs * 1_000,
      sleep: (ms: number) => {
        passedMs += 1_000;
        return systemClock.sleep(Math.min(ms, 1));
      },
    };
    const hurried = { ...context(), plane: { ...api.plane, clock } };
    const error = await createOnce(
      hurried,
      creation('busy', made, async id => ({ key: id, result: 'x' })),
    ).catch((caught: unknown) => caught);
    vi.restoreAllMocks();
    expect(error).toBeInstanceOf(ControlPlaneError);
    expect(error).toMatchObject({ code: 'conflict', retryAfterMs: 1_000 });
  });
});
