import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let operator: string;
let viewer: string;
let orchestrator: string;

beforeAll(async () => {
  api = await startApiServer();
  operator = await api.tokenFor('operator');
  viewer = await api.tokenFor('viewer');
  orchestrator = await api.tokenFor('orchestrator');
});
afterAll(() => api.stop());

const call = (method: string, path: string, body?: unknown, token = operator) =>
  api.call(method, path, { body, token });
const get = async () => (await call('GET', '/api/settings')).body;
const claim = (waitMs: number) =>
  call('POST', '/api/dispatches/claim', { consumer: 'c', waitMs }, orchestrator).then(({ body }) => body);

describe('settings', () => {
  it('have defaults before anybody set them, and merge with an audit row', async () => {
    expect(await get()).toEqual({
      dispatchPaused: false,
      retention: { activityDays: 90, toolCallDays: 30, sessionDays: 30, dispatchDays: 180 },
      revision: 0,
    });
    const answer = await call('PATCH', '/api/settings', { revision: 0, retention: { toolCallDays: 7 } });
    expect(answer.body).toMatchObject({ revision: 1, retention: { toolCallDays: 7, activityDays: 90 } });
    expect(await get()).toEqual(answer.body);
    const row = await api.plane.collections.activity.findOne({ action: 'settings.update' });
    expect(row?.changes).toEqual([{ field: 'retention.toolCallDays', before: 30, after: 7 }]);
  });

  it('let one of several edits from one revision through, the first ones too', async () => {
    await api.call('POST', '/api/tenants', { body: { tenantId: 'fresh', name: 'Fresh' } });
    const token = await api.tokenFor('admin', { tenantId: 'fresh' });
    for (const revision of [0, 1]) {
      const answers = await Promise.all(
        [10, 20, 30, 40].map(days =>
          call('PATCH', '/api/settings', { revision, retention: { activityDays: days + revision } }, token),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
      const lost = answers.find(({ status }) => status === 409);
      expect(lost?.body).toMatchObject({ code: 'revision-conflict', currentRevision: revision + 1 });
    }
    expect((await get()).retention.activityDays).toBe(90);
  });

  it('refuse what does not fit, and who may not', async () => {
    const { revision } = await get();
    expect((await call('PATCH', '/api/settings', { revision, retention: { activityDays: 0 } })).status).toBe(422);
    expect((await call('PATCH', '/api/settings', { revision, colour: 'red' })).status).toBe(422);
    expect((await call('PATCH', '/api/settings', { dispatchPaused: true })).status).toBe(422);
    expect((await call('PATCH', '/api/settings', { revision, dispatchPaused: true }, viewer)).status).toBe(403);
    expect((await call('GET', '/api/settings', undefined, viewer)).status).toBe(200);
  });

  it('hold all dispatch while paused; a waiting claim gets the work when it is resumed', async () => {
    const paused = await call('PATCH', '/api/settings', { revision: (await get()).revision, dispatchPaused: true });
    await call('POST', '/api/messages', { body: 'x', assignedTo: 'research' });
    expect(await claim(0)).toEqual({ dispatches: [], reason: 'held' });
    const waiting = claim(10_000);
    await call('PATCH', '/api/settings', { revision: paused.body.revision, dispatchPaused: false });
    expect((await waiting).dispatches).toHaveLength(1);
  });

  it('that a driver broke count as absent where they are broken', async () => {
    await api.plane.collections.settings.updateOne({ _id: 'default' }, {
      $set: { dispatchPaused: 'yes', 'retention.sessionDays': -4, more: 1 },
    } as never);
    expect(await get()).toMatchObject({ dispatchPaused: false, retention: { sessionDays: 30, toolCallDays: 7 } });
    api.plane.settings.forget('default');
    expect(await claim(0)).toMatchObject({ reason: 'nothing-due' });
  });
});
