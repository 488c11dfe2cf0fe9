import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemContext } from '@/lib/services/context';
import { createMessage } from '@/lib/services/messages/create-message';
import { REVISIONS, startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';

let mcp: McpTestServer;
let orchestrator: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  orchestrator = await mcp.connect(await mcp.tokenFor('orchestrator'));
});
afterAll(() => mcp.stop());

const person = () => ({
  ...systemContext(mcp.plane, 'default'),
  principal: { ...systemContext(mcp.plane, 'default').principal, via: 'token' as const, id: 'a-person' },
});
const work = (assignedTo: string, body = 'do it') => createMessage(person(), { assignedTo, body });

describe.each(REVISIONS)('one scenario over revision %s', revision => {
  test('tools are listed, one type sends, another reads, a question brings its asker back', async () => {
    const agent = await mcp.connect(await mcp.tokenFor('orchestrator'), revision);
    expect(agent.version).toBe(revision);
    const tools = await agent.tools();
    expect(tools.map(({ name }) => name)).toEqual(EXPECTED_TOOLS);
    expect(tools.every(({ outputSchema, annotations }) => outputSchema && annotations)).toBe(true);

    // research is given work, and passes a part of it on.
    const { id: workId } = await work('research', 'find the facts');
    const research = await mcp.claim('research');
    expect(research.source.id).toBe(workId);
    const sent = await agent.call('send_message', {
      to: 'copywriting',
      body: 'write a line on facts',
      subject: 'One line',
      dispatch: research.key,
    });
    expect(sent.data).toMatchObject({ assignedTo: 'copywriting', status: 'queued', hops: 1 });

    // copywriting reads it as its own.
    const copywriting = await mcp.claim('copywriting');
    const inbox = await agent.call('list_inbox', { dispatch: copywriting.key });
    expect(inbox.data.items).toMatchObject([
      {
        id: sent.data.id,
        body: 'write a line on facts',
        from: { kind: 'agent', id: 'research', tier: 'worker' },
        heldBy: null,
        readAt: null,
      },
    ]);
    expect((await agent.call('acknowledge', { messageIds: [sent.data.id], dispatch: copywriting.key })).data).toEqual({
      acknowledged: [sent.data.id],
      unknown: [],
    });
    expect((await agent.call('list_inbox', { unread: true, dispatch: copywriting.key })).data.items).toEqual([]);
    const done = await agent.call('mark_done', { output: 'Facts, and nothing but.', dispatch: copywriting.key });
    expect(done.data).toMatchObject({ status: 'done', work: { id: sent.data.id, status: 'done' } });

    // research asks; copywriting answers; research comes back.
    const asked = await agent.call('ask', {
      to: 'copywriting',
      question: 'Which tone?',
      options: ['warm', 'dry'],
      dispatch: research.key,
    });
    expect(asked.data).toMatchObject({ to: 'copywriting', status: 'waiting' });
    const answering = await mcp.claim('copywriting');
    expect(answering.source.id).toBe(asked.data.questionId);
    const answer = await agent.call('reply', {
      messageId: asked.data.questionId,
      body: 'dry',
      dispatch: answering.key,
    });
    expect(answer.data).toMatchObject({ kind: 'answer', assignedTo: null, status: 'none', late: false });
    await agent.call('mark_done', { dispatch: answering.key });
    const resumed = await mcp.claim('research');
    expect(resumed).toMatchObject({ id: research.id, mode: 'resume', epoch: research.epoch + 1, attempt: 1 });
    expect(resumed.key).not.toBe(research.key);
    expect(resumed.prompt).toContain('dry');

    // The old key is told to stop; the new one finishes.
    const stale = await agent.call('send_message', { to: 'human', body: 'x', dispatch: research.key });
    expect(stale).toMatchObject({
      isError: true,
      data: { code: 'stale-epoch', next: expect.stringContaining('Stop') },
    });
    const end = await agent.call('submit_result', {
      output: 'the facts, dry',
      usage: { inputTokens: 3 },
      dispatch: resumed.key,
    });
    expect(end.data).toMatchObject({ status: 'done', epoch: resumed.epoch, work: { status: 'done' } });
    const thread = await agent.call('read_thread', { threadId: workId, dispatch: resumed.key });
    expect(
      thread.data.items.map(({ kind, body, from }: { kind: string; body: string; from: { id: string } }) => [
        kind,
        from.id,
        body,
      ]),
    ).toEqual([
      ['message', 'a-person', 'find the facts'],
      ['question', 'research', 'Which tone?'],
      ['answer', 'copywriting', 'dry'],
      ['message', 'research', 'the facts, dry'],
    ]);
  });
});

const EXPECTED_TOOLS = [
  'send_message',
  'reply',
  'ask',
  'list_inbox',
  'read_thread',
  'search_messages',
  'acknowledge',
  'wait_for_message',
  'list_agent_types',
  'get_context',
  'report_progress',
  'heartbeat',
  'mark_done',
  'submit_result',
  'create_run',
  'get_run',
  'plan_tasks',
  'list_tasks',
  'get_task',
  'list_reports',
  'handoff',
  'raise_blocker',
];
void orchestrator!;
