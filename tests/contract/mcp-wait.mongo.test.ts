import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMessage } from '@/lib/services/messages/create-message';
import { RawInsertSweep } from '@/lib/services/messages/adoption/adopt-raw-inserts';
import { InboxWatch } from '@/lib/services/messages/inbox-watch';
import { waitForMessage } from '@/lib/services/messages/wait-for-message';
import { resolveCaller } from '@/lib/services/identity/caller';
import { newId } from '@/lib/store/ids';
import { makeActor } from '../support/actors';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';
import { until } from '../support/switchboard';

let mcp: McpTestServer;
let client: AgentClient;
let copywriting: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  client = await mcp.connect(await mcp.tokenFor('orchestrator'));
  copywriting = await mcp.connect(await mcp.tokenFor('agent', { agentType: 'copywriting' }));
});
afterAll(() => mcp.stop());

const send = (assignedTo: string, body: string, more: object = {}) =>
  createMessage(makeActor(mcp.plane, 'operator'), { assignedTo, body, ...more });
const bodies = (answer: { data: { items: { body: string }[] } }) => answer.data.items.map(({ body }) => body);
const isWaiting = () => until(() => mcp.host.watch.waiting > 0, 5_000);

describe('wait_for_message', () => {
  test('answers as soon as a message comes, and goes on from its position', async () => {
    const waiting = copywriting.call('wait_for_message', { timeoutMs: 20_000 });
    await isWaiting();
    await send('research', 'not for copywriting');
    await send('copywriting', 'one');
    const first = await waiting;
    expect(bodies(first)).toEqual(['one']);
    await send('copywriting', 'two');
    await send('copywriting', 'three');
    const second = await copywriting.call('wait_for_message', { after: first.data.position, timeoutMs: 20_000 });
    expect(bodies(second)).toEqual(['two', 'three']);
    const none = await copywriting.call('wait_for_message', { after: second.data.position, timeoutMs: 0 });
    expect(none.data).toMatchObject({ items: [], position: second.data.position });
  });

  test('is woken by a raw insert once it is taken up', async () => {
    const waiting = copywriting.call('wait_for_message', { timeoutMs: 20_000 });
    await isWaiting();
    const _id = newId();
    await mcp.database.db.collection('messages').insertOne({ _id, assignedTo: 'copywriting', body: 'raw' });
    await new RawInsertSweep(mcp.plane).run();
    expect(bodies(await waiting)).toEqual(['raw']);
  });

  test('from the position of list_inbox misses nothing and repeats nothing', async () => {
    await send('copywriting', 'before');
    const inbox = await copywriting.call('list_inbox', { limit: 200 });
    await send('copywriting', 'after');
    const next = await copywriting.call('wait_for_message', { after: inbox.data.position, timeoutMs: 5_000 });
    expect(bodies(next)).toEqual(['after']);
  });

  test('gives each of many messages once, whatever process it asks and however they are written', async () => {
    const caller = await resolveCaller(makeActor(mcp.plane, 'agent', { agentType: 'seo' }), undefined);
    let watch = new InboxWatch(mcp.plane);
    const { position } = await waitForMessage(caller, { timeoutMs: 0 }, watch, new AbortController().signal);
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 25; n += 1) await send('seo', `${writer}.${n}`);
    });
    const heard: string[] = [];
    for (let after = position; heard.length < 200;) {
      const arrived = await waitForMessage(caller, { after, timeoutMs: 10_000 }, watch, new AbortController().signal);
      expect(arrived.items.length).toBeGreaterThan(0);
      heard.push(...arrived.items.map(({ body }) => body));
      after = arrived.position;
      expect(after.length).toBeLessThan(4_096);
      // The next process knows nothing of this one.
      await watch.stop();
      watch = new InboxWatch(mcp.plane);
    }
    await Promise.all(writers);
    await watch.stop();
    expect(new Set(heard).size).toBe(200);
    expect(heard).toHaveLength(200);
  });

  test('brings a waiting dispatch the answer to its question, and messages in its threads alone', async () => {
    await send('research', 'work');
    const research = await mcp.claim('research');
    await client.call('ask', { to: 'legal', question: 'May we?', dispatch: research.key });
    const waiting = client.call('wait_for_message', { dispatch: research.key, timeoutMs: 20_000 });
    await isWaiting();
    await send('research', 'in another thread');
    const legal = await mcp.claim('legal');
    await client.call('mark_done', { output: 'yes', dispatch: legal.key });
    const answer = await waiting;
    expect(answer.data.items).toMatchObject([{ kind: 'answer', body: 'yes', from: { kind: 'agent', id: 'legal' } }]);
  });

  test('ends when its time is up, when its caller is gone, and when the process stops', async () => {
    const startedMs = Date.now();
    expect(bodies(await copywriting.call('wait_for_message', { timeoutMs: 300 }))).toEqual([]);
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(290);
    const gone = new AbortController();
    const waiting = copywriting
      .call('wait_for_message', { timeoutMs: 40_000 }, { signal: gone.signal })
      .catch(() => 'gone');
    await isWaiting();
    gone.abort();
    expect(await waiting).toBe('gone');
    await until(() => mcp.host.watch.waiting === 0, 5_000);
    expect(mcp.host.limits.running).toBe(0);
    const stopped = copywriting.call('wait_for_message', { timeoutMs: 40_000 });
    await isWaiting();
    mcp.host.stop();
    expect(bodies(await stopped)).toEqual([]);
  });
});
