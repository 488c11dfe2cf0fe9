import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '../support/api-server';

/** `POST /api/messages` that says what it replies to and no thread: it stands where that stands. */

let api: ApiServer;
let operator: string;
beforeAll(async () => {
  api = await startApiServer();
  operator = await api.tokenFor('operator');
});
afterAll(() => api.stop());

const send = (body: object, token = operator, headers = {}) =>
  api.call('POST', '/api/messages', { token, body, headers });
const opened = async (assignedTo = 'research') => (await send({ assignedTo, body: 'look into it' })).body;

it('goes into the thread of the message it replies to', async () => {
  const message = await opened();
  const reply = await send({ inReplyTo: message.id, body: 'by Friday' });
  expect(reply.status).toBe(201);
  expect(reply.body).toMatchObject({ threadId: message.threadId, inReplyTo: message.id, seq: 2, hops: 1 });
});

it('is made once under one Idempotency-Key', async () => {
  const message = await opened();
  const again = () => send({ inReplyTo: message.id, body: 'once' }, operator, { 'Idempotency-Key': 'reply-once' });
  const [first, second] = [await again(), await again()];
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(second.body.id).toBe(first.body.id);
});

it('names no new thread beside it', async () => {
  const { id } = await opened();
  for (const field of ['subject', 'projectId']) {
    const refused = await send({ inReplyTo: id, body: 'x', [field]: field === 'subject' ? 'new' : null });
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, field]);
  }
});

it('finds nothing under an id that is not there, or that the caller may not see', async () => {
  const { id } = await opened('qa');
  const agent = await api.tokenFor('agent', { agentType: 'research' });
  const nowhere = await send({ inReplyTo: '0'.repeat(24), body: 'x' });
  expect([nowhere.status, nowhere.body.code]).toEqual([404, 'not-found']);
  const hidden = await send({ inReplyTo: id, body: 'x' }, agent);
  expect([hidden.status, hidden.body.detail]).toEqual([404, `No message '${id}'.`]);
});
