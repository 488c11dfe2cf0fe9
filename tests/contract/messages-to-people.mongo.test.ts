import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ListInboxItems, type InboxItem } from '@/lib/domain/inbox/schema';
import type { Context } from '@/lib/services/context';
import { listInboxItems } from '@/lib/services/inbox/list-inbox-items';
import { patchMessage } from '@/lib/services/messages/patch-message';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { mendMessage } from '@/lib/services/messages/finish-reply';
import { patchThread } from '@/lib/services/threads/patch-thread';
import { COLLECTION_NAMES } from '@/lib/store/collections';
import { makeActor } from '../support/actors';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';

/** What is written to `human` waits in the inbox of people until one of them has seen to it. */

let mcp: McpTestServer;
let client: AgentClient;
let person: Context;
beforeAll(async () => {
  mcp = await startMcpServer();
  client = await mcp.connect(await mcp.tokenFor('orchestrator'));
  person = makeActor(mcp.plane, 'operator');
});
afterAll(() => mcp.stop());

const inbox = (query: object = {}, ctx = person) => listInboxItems(ctx, ListInboxItems.parse({ limit: 200, ...query }));
const find = async (id: string): Promise<InboxItem | undefined> => (await inbox()).items.find(item => item.id === id);
const waits = async (id: string): Promise<boolean> => (await find(id)) !== undefined;
const rowOf = (id: string) => mcp.plane.collections.messages.findOne({ _id: new ObjectId(id) });

async function startAgent() {
  await createMessage(person, { assignedTo: 'research', body: 'look into it' });
  return mcp.claim('research');
}
/** An agent's word to people, in a thread of its own. */
async function agentWrites(body = 'for your information'): Promise<{ id: string; threadId: string }> {
  const { key } = await startAgent();
  const { data } = await client.call('send_message', { to: 'human', body, dispatch: key });
  await client.call('mark_done', { output: 'told', dispatch: key });
  return data;
}
/** As a driver writes it; the stream, which would show it, is said by hand. */
async function insertRaw(document: object): Promise<string> {
  const _id = new ObjectId();
  await mcp.plane.collections.messages.insertOne({ _id, body: 'raw', ...document } as never);
  mcp.plane.adoption.note('message', _id.toHexString());
  return _id.toHexString();
}

describe('waits in the inbox', () => {
  it('what an agent sends to people, and its reply to one of them', async () => {
    const dispatch = await startAgent();
    const sent = await client.call('send_message', { to: 'human', body: 'nearly there', dispatch: dispatch.key });
    const item = await find(sent.data.id);
    expect(item).toMatchObject({ kind: 'message', text: 'nearly there', threadId: sent.data.threadId });
    expect(item).toMatchObject({ from: { kind: 'agent', id: 'research', tier: 'worker' }, dispatchId: dispatch.id });
    const args = { messageId: dispatch.source.id, body: 'which page?', dispatch: dispatch.key };
    const replied = await client.call('reply', args);
    expect(await find(replied.data.id)).toMatchObject({ kind: 'message', text: 'which page?' });
    await client.call('mark_done', { output: 'for the thread alone', dispatch: dispatch.key });
    expect((await inbox({ kind: 'message' })).items.map(({ text }) => text)).not.toContain('for the thread alone');
  });

  it('what a driver inserts, with a thread of its own or in one that is there', async () => {
    const own = await insertRaw({ assignedTo: 'human' });
    expect(await find(own)).toMatchObject({ kind: 'message', text: 'raw', threadId: own });
    const within = await insertRaw({ assignedTo: 'human', threadId: new ObjectId(own) });
    expect([await waits(own), await waits(within)]).toEqual([true, true]);
    const none = await insertRaw({ assignedTo: null });
    expect(await waits(none)).toBe(false);
  });

  it('what one person opens a thread to people with', async () => {
    const { id } = await createMessage(person, { assignedTo: 'human', body: 'who knows the client?' });
    expect(await waits(id)).toBe(true);
  });

  it('in pages among the other kinds, each once, and alone where asked for', async () => {
    for (let at = 0; at < 4; at += 1) {
      await createMessage(person, { assignedTo: 'human', body: `note ${at}` });
      await insertRaw({ assignedTo: 'no-such-type' });
      await inbox();
    }
    const whole = (await inbox()).items;
    expect(new Set(whole.map(({ kind }) => kind))).toEqual(new Set(['message', 'unroutable']));
    const paged: InboxItem[] = [];
    let cursor: string | undefined;
    do {
      const page = await inbox({ limit: 3, ...(cursor ? { cursor } : {}) });
      paged.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(paged).toEqual(whole);
    expect((await inbox({ kind: 'message' })).items).toEqual(whole.filter(({ kind }) => kind === 'message'));
  });
});

describe('leaves the inbox', () => {
  it('when a person writes in its thread; what comes later waits', async () => {
    const other = await agentWrites();
    const first = await agentWrites();
    await postMessage(makeActor(mcp.plane, 'agent', { agentType: 'research' }), first.threadId, { body: 'and more' });
    expect(await waits(first.id)).toBe(true);
    const reply = await postMessage(person, first.threadId, { body: 'thanks', assignedTo: 'human' });
    expect([await waits(first.id), await waits(reply.id), await waits(other.id)]).toEqual([false, false, true]);
    expect(await rowOf(first.id)).toMatchObject({
      status: 'done',
      ledger: { readAt: expect.any(Date), doneAt: expect.any(Date) },
    });
    const later = await insertRaw({ assignedTo: 'human', threadId: new ObjectId(first.threadId) });
    expect(await waits(later)).toBe(true);
  });

  it('when a person replies over MCP, or by a raw insert that says who wrote it', async () => {
    const [first, second] = [await agentWrites(), await agentWrites()];
    const controller = await mcp.connect(await mcp.tokenFor('controller'));
    await controller.call('reply', { messageId: first.id, body: 'good' });
    expect(await waits(first.id)).toBe(false);
    await insertRaw({ threadId: new ObjectId(second.threadId) });
    expect(await waits(second.id)).toBe(true);
    await insertRaw({ threadId: new ObjectId(second.threadId), from: { kind: 'user', id: 'sofia' } });
    expect(await waits(second.id)).toBe(false);
  });

  it('with the repeat of a reply that was cut off before', async () => {
    const { id, threadId } = await agentWrites();
    const reply = await postMessage(person, threadId, { body: 'thanks' });
    await mcp.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, { $set: { status: 'none' } });
    expect(await waits(id)).toBe(true);
    await mendMessage(person, reply.id);
    expect(await waits(id)).toBe(false);
  });

  it('when its thread is done, API-made or raw', async () => {
    const { id, threadId } = await agentWrites();
    const raw = await insertRaw({ assignedTo: 'human' });
    expect(await waits(raw)).toBe(true);
    for (const thread of [threadId, raw]) await patchThread(person, thread, { status: 'done' });
    expect([await waits(id), await waits(raw)]).toEqual([false, false]);
  });

  it('when a person acknowledges it, which answers no question', async () => {
    const { id } = await agentWrites();
    const { key } = await startAgent();
    const asked = await client.call('ask', { question: 'Which?', to: 'human', dispatch: key });
    const controller = await mcp.connect(await mcp.tokenFor('controller'));
    await controller.call('acknowledge', { messageIds: [id, asked.data.questionId] });
    expect(await waits(id)).toBe(false);
    expect(await find(asked.data.questionId)).toMatchObject({ kind: 'question' });
    await controller.call('reply', { messageId: asked.data.questionId, body: 'this one' });
    await client.call('mark_done', { output: 'done', dispatch: (await mcp.claim('research')).key });
  });
});

describe('marked done', () => {
  it('leaves the inbox, once, with its row in the audit log', async () => {
    const { id } = await agentWrites();
    expect(await patchMessage(person, id, { status: 'done' })).toMatchObject({
      status: 'done',
      assignedTo: 'human',
      ledger: { readAt: expect.any(String), doneAt: expect.any(String) },
    });
    expect(await waits(id)).toBe(false);
    const { ledger } = (await rowOf(id))!;
    expect((await patchMessage(person, id, { status: 'done' })).status).toBe('done');
    expect((await rowOf(id))!.ledger).toEqual(ledger);
    const told = await mcp.plane.collections.activity.find({ 'subject.id': id }).toArray();
    expect(told.map(({ changes }) => changes)).toEqual([[{ field: 'status', before: 'none', after: 'done' }], []]);
  });

  it('is refused for work and for questions, and to who only reads', async () => {
    const work = await createMessage(person, { assignedTo: 'seo', body: 'work' });
    await expect(patchMessage(person, work.id, { status: 'done' })).rejects.toMatchObject({ code: 'conflict' });
    const { key } = await startAgent();
    const asked = await client.call('ask', { question: 'Which?', to: 'human', dispatch: key });
    await expect(patchMessage(person, asked.data.questionId, { status: 'done' })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await find(asked.data.questionId)).toMatchObject({ kind: 'question' });
    const { id } = await agentWrites();
    for (const ctx of [makeActor(mcp.plane, 'viewer'), makeActor(mcp.plane, 'agent', { agentType: 'research' })]) {
      await expect(patchMessage(ctx, id, { status: 'done' })).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect((await inbox({ kind: 'message' }, makeActor(mcp.plane, 'viewer'))).items.map(item => item.id)).toContain(id);
  });
});

it('is found by its index, however much was seen to before', async () => {
  const SEEN = 300;
  const { id, threadId } = await agentWrites();
  const row = (await rowOf(id))!;
  await mcp.plane.collections.messages.insertMany(
    Array.from({ length: SEEN }, (_, at) => ({ ...row, _id: new ObjectId(), seq: 100 + at, status: 'done' as const })),
  );
  const { db } = mcp.database;
  const waiting = (await inbox({ kind: 'message' })).items.length;
  await db.command({ profile: 2 });
  await inbox({ kind: 'message' });
  await inbox({ kind: 'question' });
  await postMessage(person, threadId, { body: 'thanks' });
  await db.command({ profile: 0 });
  const ns = `${db.databaseName}.${COLLECTION_NAMES.messages}`;
  const seen = await db.collection('system.profile').find({ ns }).toArray();
  const read = seen.filter(({ command, op }) => command.find !== undefined || op === 'update');
  for (const { planSummary, docsExamined } of read) {
    expect(String(planSummary)).toMatch(/IXSCAN|IDHACK|EOF|EXPRESS/);
    expect(docsExamined).toBeLessThanOrEqual(waiting);
  }
  expect(read.length).toBeGreaterThanOrEqual(3);
});
