import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createMessage } from '@/lib/services/messages/create-message';
import { bodyId } from '@/lib/store/ids';
import { Recorder } from '@/mcp-server/src/recorder';
import { makeActor } from '../support/actors';
import { connect, REVISIONS, startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';
import { until } from '../support/switchboard';

let mcp: McpTestServer;
let client: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  client = await mcp.connect(await mcp.tokenFor('orchestrator'));
});
afterAll(() => mcp.stop());

const claimNew = async (agentType: string) => {
  await createMessage(makeActor(mcp.plane, 'operator'), { assignedTo: agentType, body: 'work' });
  return mcp.claim(agentType);
};
const callsOf = (dispatchId: string) =>
  mcp.plane.collections.toolCalls
    .find({ dispatchId: bodyId('id', dispatchId) })
    .sort({ _id: 1 })
    .toArray();
const sessionsOf = (dispatchId: string) =>
  mcp.plane.collections.sessions.find({ dispatchId: bodyId('id', dispatchId) }).toArray();

describe('every call is recorded', () => {
  test('under the dispatch’s session, with how it ended; both end with the dispatch', async () => {
    const dispatch = await claimNew('research');
    await client.call('list_inbox', { dispatch: dispatch.key });
    await client.call('send_message', { to: 'nobody', body: 'x', dispatch: dispatch.key });
    await client.call('mark_done', { output: 'done', dispatch: dispatch.key });
    await until(async () => (await sessionsOf(dispatch.id))[0]?.status === 'closed', 5_000);
    const calls = await callsOf(dispatch.id);
    expect(calls.map(({ tool, status, error, agentType }) => [tool, status, error, agentType])).toEqual([
      ['list_inbox', 'done', null, 'research'],
      ['send_message', 'error', 'validation-failed', 'research'],
      ['mark_done', 'done', null, 'research'],
    ]);
    for (const { durationMs, startedAt, endedAt } of calls) {
      expect(durationMs).toBeGreaterThan(0);
      expect(endedAt!.getTime()).toBeGreaterThanOrEqual(startedAt.getTime());
    }
    const sessions = await sessionsOf(dispatch.id);
    expect(sessions).toHaveLength(1);
    expect(sessions[0]).toMatchObject({ status: 'closed', client: 'test-agent', agentType: 'research', toolCalls: 3 });
    expect(sessions[0]!.threadId!.toHexString()).toBe(dispatch.thread!.id);
  });

  test.each(REVISIONS)('without a key under token and client name (revision %s)', async revision => {
    const token = await mcp.tokenFor('viewer');
    const viewer = await connect(mcp.url, token, revision);
    await viewer.call('list_agent_types');
    await viewer.call('heartbeat', { dispatch: `dk_${'0'.repeat(24)}_1_${'A'.repeat(32)}` });
    await viewer.close();
    const createdBy = token.split('_')[2]!;
    await until(
      async () =>
        (await mcp.plane.collections.toolCalls.countDocuments({ createdBy, status: { $ne: 'started' } })) === 2,
      5_000,
    );
    const sessions = await mcp.plane.collections.sessions.find({ createdBy }).toArray();
    expect(sessions).toHaveLength(1);
    // Revision 2025-11-25 over HTTP names its client at the handshake alone, which is another request.
    expect(sessions[0]).toMatchObject({
      status: 'open',
      dispatchId: null,
      toolCalls: 2,
      client: revision === '2026-07-28' ? 'test-agent' : 'node',
    });
    const refused = await mcp.plane.collections.toolCalls.findOne({ createdBy, tool: 'heartbeat' });
    expect(refused).toMatchObject({ status: 'error', error: 'forbidden' });
  });

  test('once each, however many come at once in one session', async () => {
    const dispatch = await claimNew('qa');
    await Promise.all(Array.from({ length: 30 }, () => client.call('list_agent_types', { dispatch: dispatch.key })));
    await until(
      async () => (await callsOf(dispatch.id)).filter(({ status }) => status === 'done').length === 30,
      5_000,
    );
    const sessions = await sessionsOf(dispatch.id);
    expect(sessions).toMatchObject([{ toolCalls: 30, status: 'open' }]);
  });
});

const call = (pipe: string | null) => ({
  ctx: makeActor(mcp.plane, 'agent', { agentType: 'legal' }),
  caller: null,
  connection: { principal: async () => null, client: 'c', pipe },
  client: 'c',
  tool: 'list_inbox',
  endsDispatch: false,
});

describe('the recorder', () => {
  test('closes a pipe’s session with the pipe, and no other’s of the same token', async () => {
    const recorder = new Recorder(mcp.plane);
    const first = call('pipe-1');
    const second = { ...call('pipe-2'), ctx: first.ctx };
    (await recorder.start(first))(null);
    (await recorder.start(second))(null);
    await recorder.closePipe('pipe-1');
    const rows = await mcp.plane.collections.sessions
      .find({ createdBy: first.ctx.principal.id })
      .sort({ _id: 1 })
      .toArray();
    expect(rows.map(({ status }) => status)).toEqual(['closed', 'open']);
    await recorder.stop();
  });

  test('writes the ends that are under way before it stops', async () => {
    const recorder = new Recorder(mcp.plane);
    const calls = Array.from({ length: 20 }, () => call(null));
    const ends = await Promise.all(calls.map(one => recorder.start(one)));
    for (const end of ends) end('conflict');
    await recorder.stop();
    const ids = calls.map(({ ctx }) => ctx.principal.id);
    const rows = await mcp.plane.collections.toolCalls.find({ createdBy: { $in: ids } }).toArray();
    expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'error'));
  });

  test('tells how long a call took, also when the clock was set ahead in it', async () => {
    const recorder = new Recorder(mcp.plane);
    const one = call(null);
    const end = await recorder.start(one);
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    end(null);
    clock.mockRestore();
    await recorder.stop();
    const row = await mcp.plane.collections.toolCalls.findOne({ createdBy: one.ctx.principal.id });
    expect(row!.durationMs).toBeLessThan(60_000);
  });

  test('lets a call go on when it cannot be recorded', async () => {
    const broken = { ...mcp.plane, collections: { ...mcp.plane.collections, sessions: undefined as never } };
    const end = await new Recorder(broken).start(call(null));
    expect(() => end(null)).not.toThrow();
  });
});
