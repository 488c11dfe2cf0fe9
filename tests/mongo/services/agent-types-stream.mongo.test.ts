import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlaneEvent } from '@/lib/domain/event/schema';
import { startStream, type StartedStream } from '@/lib/server/start-stream';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let stream: StartedStream;
const events: PlaneEvent[] = [];

beforeAll(async () => {
  api = await startApiServer();
  const config = { database: api.database.name, maxStreams: 10, maxStreamsPerPrincipal: 10 };
  stream = await startStream(api.plane, { config, mongodbUri: api.database.uri, adopts: true });
  stream.hub.onEvent(event => void events.push(event));
});
afterAll(async () => {
  await stream.stop();
  await api.stop();
});

const call = (method: string, path: string, body?: unknown) => api.call(method, path, { body });
const types = () => api.plane.collections.agentTypes;
const ofType = (slug: string) =>
  events.filter(event => event.type.startsWith('agent-type-') && event.data['slug'] === slug).map(({ type }) => type);
const soon = { timeout: 10_000, interval: 20 };

describe('what a driver does to a type, on a running plane', () => {
  it('pausing it holds its work, the edit gets a revision, and no event follows from itself', async () => {
    const { id } = (await call('POST', '/api/messages', { body: 'x', assignedTo: 'research' })).body;
    await types().updateOne({ slug: 'research' }, { $set: { paused: true } });
    await expect.poll(async () => (await call('GET', `/api/messages/${id}`)).body.status, soon).toBe('held');
    await expect.poll(async () => (await call('GET', '/api/agent-types/research')).body.revision, soon).toBe(2);
    await types().updateOne({ slug: 'research' }, { $set: { paused: false } });
    await expect.poll(async () => (await call('GET', `/api/messages/${id}`)).body.status, soon).toBe('queued');
    await expect.poll(async () => (await call('GET', '/api/agent-types/research')).body.revision, soon).toBe(3);
    await expect.poll(() => ofType('research').length, soon).toBe(4);
    expect(new Set(ofType('research'))).toEqual(new Set(['agent-type-updated']));
  });

  it('inserting one frees the work that waited for it; deleting it strands the work', async () => {
    await types().insertOne({ slug: 'raw' } as never);
    await expect.poll(async () => (await call('GET', '/api/agent-types/raw')).status, soon).toBe(200);
    const { id } = (await call('POST', '/api/messages', { body: 'x', assignedTo: 'raw' })).body;
    await types().deleteOne({ slug: 'raw' });
    await expect.poll(async () => (await call('GET', `/api/messages/${id}`)).body.status, soon).toBe('unroutable');
    await types().insertOne({ slug: 'raw' } as never);
    await expect.poll(async () => (await call('GET', `/api/messages/${id}`)).body.status, soon).toBe('queued');
  });

  it('inserting one is one event, whatever the plane fills in; a tenant is told, for it was found by nobody', async () => {
    for (const raw of [{ tenantId: 'default', slug: 'whole' }, { slug: 'bare' }]) {
      await types().insertOne(raw as never);
      await expect.poll(async () => (await types().findOne({ slug: raw.slug }))?.createdBy, soon).toBe('raw-insert');
    }
    await call('POST', '/api/agent-types', { slug: 'next', name: 'Next' });
    await expect.poll(() => ofType('next'), soon).toEqual(['agent-type-created']);
    expect(ofType('whole')).toEqual(['agent-type-created']);
    expect(ofType('bare')).toEqual(['agent-type-created', 'agent-type-updated']);
  });
});

describe('deleting through the API', () => {
  it('shows one event, also when the remains are swept away', async () => {
    await call('POST', '/api/agent-types', { slug: 'short', name: 'Short' });
    await call('DELETE', '/api/agent-types/short');
    await expect.poll(() => ofType('short'), soon).toEqual(['agent-type-created', 'agent-type-deleted']);
    // As the sweep does, once every process has read the event.
    await types().deleteOne({ slug: 'short', deletedAt: { $exists: true } });
    await call('POST', '/api/agent-types', { slug: 'after', name: 'After' });
    await expect.poll(() => ofType('after'), soon).toEqual(['agent-type-created']);
    expect(ofType('short')).toEqual(['agent-type-created', 'agent-type-deleted']);
  });

  it('and making it again at once shows both', async () => {
    for (const verb of ['make', 'again']) {
      await call('POST', '/api/agent-types', { slug: 'phoenix', name: verb });
      await call('DELETE', '/api/agent-types/phoenix');
    }
    await call('POST', '/api/agent-types', { slug: 'phoenix', name: 'third' });
    const made = ['agent-type-created', 'agent-type-deleted'];
    await expect.poll(() => ofType('phoenix'), soon).toEqual([...made, ...made, 'agent-type-created']);
  });
});
