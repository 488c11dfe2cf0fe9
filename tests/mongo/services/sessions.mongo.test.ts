import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeSession } from '@/lib/services/sessions/close-session';
import { expireIdleSessions } from '@/lib/services/sessions/expire-idle-sessions';
import { openOrTouchSession, type SessionOf } from '@/lib/services/sessions/open-session';
import { endToolCall } from '@/lib/services/tool-calls/end-tool-call';
import { startToolCall } from '@/lib/services/tool-calls/start-tool-call';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let count = 0;

beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

const tenantId = 'default';
const sessionOf = (more: Partial<SessionOf> = {}): SessionOf => ({
  tenantId,
  key: `key-${(count += 1)}`,
  client: 'claude-code 2.1',
  agentType: 'research',
  dispatchId: null,
  threadId: null,
  createdBy: 'token-1',
  ...more,
});
const open = (more?: Partial<SessionOf>) => openOrTouchSession(api.plane, sessionOf(more));
const sessions = () => api.plane.collections.sessions;
const calls = () => api.plane.collections.toolCalls;
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const list = async (path: string, token?: string) => api.call('GET', path, token === undefined ? {} : { token });

describe('a session', () => {
  it('is opened once by however many calls at once', async () => {
    const of = sessionOf();
    const rows = await Promise.all(Array.from({ length: 20 }, () => openOrTouchSession(api.plane, of)));
    expect(new Set(rows.map(({ _id }) => String(_id))).size).toBe(1);
    expect(rows[0]).toMatchObject({ status: 'open', toolCalls: 0, agentType: 'research', endedAt: null });
  });

  it('is kept apart from another tenant’s of the same key', async () => {
    const [ours, theirs] = [await open({ key: 'same' }), await open({ key: 'same', tenantId: 'other' })];
    expect(String(ours._id)).not.toBe(String(theirs._id));
  });

  it('closes with its key or its dispatch, and a later call opens a new one', async () => {
    const of = sessionOf({ dispatchId: new ObjectId().toHexString() });
    const first = await openOrTouchSession(api.plane, of);
    expect(await closeSession(api.plane, { tenantId: 'other', dispatchId: of.dispatchId! })).toBe(0);
    expect(await closeSession(api.plane, { tenantId, dispatchId: of.dispatchId! })).toBe(1);
    expect(await sessions().findOne({ _id: first._id })).toMatchObject({ status: 'closed', endedAt: expect.any(Date) });
    const second = await openOrTouchSession(api.plane, of);
    expect(String(second._id)).not.toBe(String(first._id));
    expect(await closeSession(api.plane, { tenantId, key: of.key })).toBe(1);
    expect(await closeSession(api.plane, { tenantId, key: of.key })).toBe(0);
  });

  it('expires after 30 idle minutes with how long it was idle; its open calls are abandoned', async () => {
    const [idle, busy] = [await open(), await open()];
    const id = await startToolCall(api.plane, idle, 'ask');
    await sessions().updateOne({ _id: idle._id }, { $set: { lastActiveAt: minutesAgo(31) } });
    await sessions().updateOne({ _id: busy._id }, { $set: { lastActiveAt: minutesAgo(29) } });
    expect(await expireIdleSessions(api.plane)).toMatchObject({ expired: 1, abandoned: 1 });
    const row = await sessions().findOne({ _id: idle._id });
    expect(row?.status).toBe('expired');
    expect(row?.idleMs).toBeGreaterThanOrEqual(31 * 60_000);
    expect(await calls().findOne({ _id: new ObjectId(id) })).toMatchObject({
      status: 'error',
      error: 'abandoned',
      durationMs: null,
    });
    expect((await sessions().findOne({ _id: busy._id }))?.status).toBe('open');
    expect(await expireIdleSessions(api.plane)).toEqual({ expired: 0, closed: 0, abandoned: 0 });
  });

  it('that went idle before the sweep saw it ends when its key is used again', async () => {
    const of = sessionOf();
    const old = await openOrTouchSession(api.plane, of);
    await sessions().updateOne({ _id: old._id }, { $set: { lastActiveAt: minutesAgo(45) } });
    const rows = await Promise.all(Array.from({ length: 8 }, () => openOrTouchSession(api.plane, of)));
    expect(new Set(rows.map(({ _id }) => String(_id))).size).toBe(1);
    expect(String(rows[0]!._id)).not.toBe(String(old._id));
    expect((await sessions().findOne({ _id: old._id }))?.status).toBe('expired');
  });

  it('is closed by the sweep when its dispatch is over', async () => {
    const [running, over] = [new ObjectId(), new ObjectId()];
    await api.plane.collections.dispatches.insertMany([
      { _id: running, tenantId, status: 'waiting', epoch: 1, source: { id: running } },
      { _id: over, tenantId, status: 'done', epoch: 1, source: { id: over } },
    ] as never);
    const [kept, ended] = [await open({ dispatchId: String(running) }), await open({ dispatchId: String(over) })];
    expect(await expireIdleSessions(api.plane)).toMatchObject({ closed: 1 });
    expect((await sessions().findOne({ _id: ended._id }))?.status).toBe('closed');
    expect((await sessions().findOne({ _id: kept._id }))?.status).toBe('open');
  });

  it('is closed by the sweep however many others go on', async () => {
    const running = Array.from({ length: 600 }, () => new ObjectId());
    const { _id: _own, ...session } = await open();
    await api.plane.collections.dispatches.insertMany(
      running.map(_id => ({ _id, tenantId, status: 'running', epoch: 1, source: { id: _id } }) as never),
    );
    await sessions().insertMany(
      running.map(dispatchId => ({
        ...session,
        _id: new ObjectId(),
        key: `running-${String(dispatchId)}`,
        dispatchId,
        lastActiveAt: minutesAgo(5),
      })),
    );
    const over = await open({ dispatchId: new ObjectId().toHexString() });
    await expireIdleSessions(api.plane);
    expect(await sessions().findOne({ _id: over._id })).toMatchObject({ status: 'closed' });
    expect(await sessions().countDocuments({ dispatchId: { $in: running }, status: 'open' })).toBe(600);
    await sessions().deleteMany({ dispatchId: { $in: running } });
    await api.plane.collections.dispatches.deleteMany({ _id: { $in: running } });
  });
});

describe('a tool call', () => {
  it('counts in its session and ends once, timed by the caller', async () => {
    const session = await open();
    const id = await startToolCall(api.plane, session, 'send_message');
    expect(await endToolCall(api.plane, { tenantId, id, durationMs: 12.345678, error: null })).toBe(true);
    expect(await endToolCall(api.plane, { tenantId, id, durationMs: 1, error: 'late' })).toBe(false);
    const { body } = await list(`/api/tool-calls?sessionId=${String(session._id)}`);
    expect(body.items).toMatchObject([{ id, status: 'done', durationMs: 12.346, error: null, agentType: 'research' }]);
    expect((await sessions().findOne({ _id: session._id }))?.toolCalls).toBe(1);
  });

  it('is not ended by another tenant', async () => {
    const id = await startToolCall(api.plane, await open(), 'reply');
    expect(await endToolCall(api.plane, { tenantId: 'other', id, durationMs: 1, error: null })).toBe(false);
  });

  it('keeps an error short and without secrets', async () => {
    const id = await startToolCall(api.plane, await open(), 'reply');
    const secret = `dk_${'a'.repeat(24)}_1_${'S'.repeat(32)}`;
    await endToolCall(api.plane, { tenantId, id, durationMs: 1, error: `no ${secret} ${'x'.repeat(5_000)}` });
    const row = await calls().findOne({ _id: new ObjectId(id) });
    expect(row?.error).not.toContain('SSSS');
    expect(row?.error?.length).toBe(1_000);
  });

  it('of a closed session is left a minute to end, then abandoned', async () => {
    const session = await open();
    const [id, old] = [
      await startToolCall(api.plane, session, 'mark_done'),
      await startToolCall(api.plane, session, 'ask'),
    ];
    await calls().updateOne({ _id: new ObjectId(old) }, { $set: { startedAt: minutesAgo(2) } });
    await closeSession(api.plane, { tenantId, key: session.key.slice(`${tenantId}/`.length) });
    await expireIdleSessions(api.plane);
    expect((await calls().findOne({ _id: new ObjectId(old) }))?.error).toBe('abandoned');
    expect(await endToolCall(api.plane, { tenantId, id, durationMs: 5, error: null })).toBe(true);
  });

  it('that lost its process is abandoned though its session goes on', async () => {
    const session = await open();
    const id = await startToolCall(api.plane, session, 'ask');
    await calls().updateOne({ _id: new ObjectId(id) }, { $set: { startedAt: minutesAgo(11) } });
    await expireIdleSessions(api.plane);
    expect((await calls().findOne({ _id: new ObjectId(id) }))?.error).toBe('abandoned');
  });
});

describe('lists', () => {
  it('filter, page and stay within the tenant', async () => {
    const session = await open({ agentType: 'qa', dispatchId: new ObjectId().toHexString() });
    for (const tool of ['a', 'b', 'a']) await startToolCall(api.plane, session, tool);
    expect((await list('/api/sessions?agentType=qa')).body.items.map(({ id }: { id: string }) => id)).toEqual([
      String(session._id),
    ]);
    expect((await list(`/api/sessions?dispatchId=${String(session.dispatchId)}`)).body.items).toHaveLength(1);
    const first = (await list(`/api/tool-calls?tool=a&limit=1&dispatchId=${String(session.dispatchId)}`)).body;
    const second = (
      await list(`/api/tool-calls?tool=a&limit=1&dispatchId=${String(session.dispatchId)}&cursor=${first.nextCursor}`)
    ).body;
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([1, 1, null]);
    expect(
      (await list('/api/sessions?status=open')).body.items.every(({ status }: { status: string }) => status === 'open'),
    ).toBe(true);
    expect((await list('/api/sessions')).text).not.toContain('other/');
    expect((await list('/api/tool-calls?status=nonsense')).status).toBe(422);
  });

  it('are not for agents', async () => {
    const agent = await api.tokenFor('agent', { agentType: 'qa' });
    for (const path of ['/api/sessions', '/api/tool-calls', '/api/activity', '/api/stats']) {
      expect((await list(path, agent)).status, path).toBe(403);
    }
  });

  it('of the audit log filter by actor, action and subject', async () => {
    const operator = await api.tokenFor('operator');
    const made = await api.call('POST', '/api/projects', {
      token: operator,
      body: { kind: 'client', slug: 'c', name: 'C' },
    });
    const rows = (await list(`/api/activity?subjectKind=project&subjectId=${made.body.id}`)).body.items;
    expect(rows).toMatchObject([{ action: 'project.create', actor: { kind: 'operator', label: 'test operator' } }]);
    expect((await list(`/api/activity?actorId=${rows[0].actor.id}`)).body.items[0].id).toBe(rows[0].id);
    expect((await list('/api/activity?action=project.create')).body.items).toHaveLength(1);
  });
});
