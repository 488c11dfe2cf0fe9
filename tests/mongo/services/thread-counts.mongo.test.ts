import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let operator: string;

beforeAll(async () => {
  api = await startApiServer();
  operator = await api.tokenFor('operator');
});
afterAll(() => api.stop());

const call = async (method: string, path: string, body?: unknown) => {
  const answer = await api.call(method, path, { body, token: operator });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
};

it('a task has a place in its thread and is no message of it', async () => {
  const { threadId } = await call('POST', '/api/messages', { body: 'first', assignedTo: null });
  await call('POST', '/api/tasks', { title: 'Between', assignedTo: 'research', threadId });
  const second = await call('POST', `/api/threads/${threadId}/messages`, { body: 'second', assignedTo: null });
  expect(second.seq).toBe(3);
  const { items } = await call('GET', `/api/threads/${threadId}/messages`);
  expect((await call('GET', `/api/threads/${threadId}`)).messageCount).toBe(items.length);
});

it("the plan of a run is no message of the run's thread", async () => {
  const { threadId } = await call('POST', '/api/runs', { intent: 'A page on tea' });
  const { items } = await call('GET', `/api/threads/${threadId}/messages`);
  expect(items).toHaveLength(1);
  expect((await call('GET', `/api/threads/${threadId}`)).messageCount).toBe(1);
});
