import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMessage } from '@/lib/services/messages/create-message';
import { bodyId } from '@/lib/store/ids';
import { makeActor } from '../support/actors';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';

/** Messages in which a driver put what no tool promises: a client checks a result by its schema, whole or not at all. */

let mcp: McpTestServer;
let seo: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  seo = await mcp.connect(await mcp.tokenFor('agent', { agentType: 'seo' }));
});
afterAll(() => mcp.stop());

const ids = ({ data }: { data: { items: { id: string }[] } }) => data.items.map(({ id }) => id);
const send = () => createMessage(makeActor(mcp.plane, 'operator'), { assignedTo: 'seo', body: 'okapi' });

const SPOILT: Document[] = [
  { priority: 'asap' },
  { kind: 'rumour' },
  { status: 'lost' },
  { seq: 'last' },
  { hops: 'many' },
  { expectsReply: 'yes' },
  { reason: 5 },
  { late: 'no' },
  { from: { kind: 'nobody', id: 5 } },
];

describe('a message changed into what no schema has', () => {
  test.each(SPOILT)('%o costs no page of a tool', async set => {
    const { position } = (await seo.call('wait_for_message', { timeoutMs: 0 })).data;
    const before = await send();
    const spoilt = await send();
    await mcp.plane.collections.messages.updateOne({ _id: bodyId('id', spoilt.id) }, { $set: set });
    const after = await send();
    const well = [after.id, before.id];
    expect(ids(await seo.call('list_inbox', { limit: 3 }))).toEqual(well);
    expect(ids(await seo.call('search_messages', { q: 'okapi', limit: 3 }))).toEqual(well);
    expect(ids(await seo.call('wait_for_message', { after: position, timeoutMs: 0 }))).toEqual(well.toReversed());
    expect(ids(await seo.call('read_thread', { threadId: spoilt.threadId }))).toEqual([]);
  });
});
