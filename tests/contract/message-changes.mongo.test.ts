import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

/** What a change of addressee or priority must not do to what others wait for. */
let api: ApiServer;
let operator: string;
let orchestrator: string;

beforeAll(async () => {
  api = await startApiServer();
  operator = await api.tokenFor('operator');
  orchestrator = await api.tokenFor('orchestrator');
});
afterAll(() => api.stop());

const call = (method: string, path: string, body?: unknown, token = operator) =>
  api.call(method, path, { body, token });
const send = async (): Promise<string> =>
  (await call('POST', '/api/messages', { assignedTo: 'research', body: 'work' })).body.id;

describe('a question that a dispatch waits for', () => {
  it('is not given to nobody, but goes to somebody else', async () => {
    const claim = { consumer: 'c', source: { kind: 'message', id: await send() } };
    const { dispatches } = (await call('POST', '/api/dispatches/claim', claim, orchestrator)).body;
    const asker = await api.plane.collections.dispatches.findOne({ _id: new ObjectId(dispatches[0].id) });
    await askQuestion(api.plane, asker!, { question: 'which year?', to: 'copywriting' });
    const question = await api.plane.collections.messages.findOne({ kind: 'question', assignedTo: 'copywriting' });
    const path = `/api/messages/${question!._id}`;
    const refused = await call('PATCH', path, { assignedTo: null });
    expect(refused.status, refused.text).toBe(409);
    expect(refused.text).toContain('assignedTo');
    expect((await call('GET', path)).body).toMatchObject({ assignedTo: 'copywriting', status: 'queued' });
    expect((await call('PATCH', path, { assignedTo: 'seo' })).body).toMatchObject({
      assignedTo: 'seo',
      status: 'queued',
    });
  });
});

describe('a message that asks for no work', () => {
  it('does not become work when only its priority changes', async () => {
    const id = await send();
    await api.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, { $set: { status: 'none' } });
    const changed = await call('PATCH', `/api/messages/${id}`, { priority: 'high' });
    expect(changed.body, changed.text).toMatchObject({ priority: 'high', status: 'none', assignedTo: 'research' });
  });
});
