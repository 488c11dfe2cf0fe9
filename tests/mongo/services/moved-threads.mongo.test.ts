import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sweepMoved } from '@/lib/services/threads/sweep-moved';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let [from, to, other, third]: string[] = [];

const call = async (method: string, path: string, body?: unknown) => {
  const answer = await api.call(method, path, { body });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
};
const client = async (slug: string): Promise<string> =>
  (await call('POST', '/api/projects', { kind: 'client', slug, name: slug, parentId: null })).id;
beforeAll(async () => {
  api = await startApiServer();
  [from, to, other, third] = [await client('from'), await client('to'), await client('other'), await client('third')];
});
afterAll(() => api.stop());

const age = (id: string) =>
  api.plane.collections.threads.updateOne({ _id: new ObjectId(id) }, [
    { $set: { 'moved.at': { $subtract: ['$moved.at', 60_000] } } },
  ]);
const placeOf = async (noun: string, id: string): Promise<string> =>
  (await call('GET', `/api/${noun}/${id}`)).projectId as string;

describe('a thread that is moved to another node', () => {
  it('takes along what its process left behind when it died', async () => {
    const { id } = await call('POST', '/api/threads', { subject: 's', projectId: from });
    const message = (await call('POST', `/api/threads/${id}/messages`, { body: 'm', assignedTo: null })).id;
    const task = (await call('POST', '/api/tasks', { title: 't', assignedTo: 'qa', threadId: id })).id;
    const { messages, tasks } = api.plane.collections;
    for (const collection of [messages, tasks])
      vi.spyOn(collection, 'updateMany').mockRejectedValueOnce(new Error('killed'));
    expect((await api.call('PATCH', `/api/threads/${id}`, { body: { projectId: to } })).status).toBe(500);
    expect([await placeOf('threads', id), await placeOf('messages', message)]).toEqual([to, from]);
    // Who moved it may be at it.
    expect(await sweepMoved(api.plane)).toBe(0);
    const elsewhere = (
      await call('POST', '/api/tasks', { title: 't', assignedTo: 'qa', threadId: id, projectId: other })
    ).id;
    await age(id);
    expect(await sweepMoved(api.plane)).toBe(1);
    expect([await placeOf('messages', message), await placeOf('tasks', task)]).toEqual([to, to]);
    expect(await placeOf('tasks', elsewhere)).toBe(other);
    expect(await sweepMoved(api.plane)).toBe(0);
  });

  it('and again before anybody looked takes along what each process left behind', async () => {
    const { id } = await call('POST', '/api/threads', { subject: 's', projectId: from });
    const message = (await call('POST', `/api/threads/${id}/messages`, { body: 'm', assignedTo: null })).id;
    const { messages, tasks } = api.plane.collections;
    for (const node of [to, other]) {
      for (const collection of [messages, tasks])
        vi.spyOn(collection, 'updateMany').mockRejectedValueOnce(new Error('killed'));
      expect((await api.call('PATCH', `/api/threads/${id}`, { body: { projectId: node } })).status).toBe(500);
    }
    const elsewhere = (
      await call('POST', '/api/tasks', { title: 't', assignedTo: 'qa', threadId: id, projectId: third })
    ).id;
    await age(id);
    expect(await sweepMoved(api.plane)).toBe(1);
    expect(await placeOf('messages', message)).toBe(other);
    expect(await placeOf('tasks', elsewhere)).toBe(third);
    expect(await sweepMoved(api.plane)).toBe(0);
  });

  it('takes along what was being written when it was moved', async () => {
    const { id } = await call('POST', '/api/threads', { subject: 's', projectId: from });
    const { messages } = api.plane.collections;
    const write = messages.findOneAndUpdate.bind(messages) as (...args: unknown[]) => Promise<unknown>;
    // It has its place in the thread, and is not stored yet.
    vi.spyOn(messages, 'findOneAndUpdate').mockImplementationOnce((async (...args: unknown[]) => {
      await call('PATCH', `/api/threads/${id}`, { projectId: to });
      return write(...args);
    }) as never);
    const message = (await call('POST', `/api/threads/${id}/messages`, { body: 'm', assignedTo: null })).id;
    expect(await placeOf('messages', message)).toBe(from);
    await age(id);
    await sweepMoved(api.plane);
    expect(await placeOf('messages', message)).toBe(to);
  });
});
