import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createMessage } from '@/lib/services/messages/create-message';
import { redriveMessage } from '@/lib/services/messages/change-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { bodyId } from '@/lib/store/ids';
import { makeActor } from '../support/actors';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';

let mcp: McpTestServer;
let client: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  client = await mcp.connect(await mcp.tokenFor('orchestrator'));
});
afterAll(() => mcp.stop());

const work = (assignedTo: string, more: object = {}) =>
  createMessage(makeActor(mcp.plane, 'operator'), { assignedTo, body: `work for ${assignedTo}`, ...more });
const claimNew = async (agentType: string, more: object = {}) => {
  await work(agentType, more);
  return mcp.claim(agentType);
};
const finish = (dispatch: { key: string }, output?: string) =>
  client.call('mark_done', { output, dispatch: dispatch.key });
const messageOf = (id: string) => mcp.plane.collections.messages.findOne({ _id: bodyId('id', id) });

describe('arguments', () => {
  test.each([
    ['send_message', { to: 'research' }, 'body', 'got nothing, wants a text'],
    ['send_message', { to: 'No Slug', body: 'x' }, 'to', /got "No Slug"/],
    ['send_message', { to: 'research', body: 'x'.repeat(64_001) }, 'body', /at most 64000 characters/],
    [
      'send_message',
      { to: 'research', body: 'x', priority: 'asap' },
      'priority',
      /wants one of low, normal, high, urgent/,
    ],
    ['send_message', { to: 'research', body: 'x', extra: 1 }, 'extra', 'is not a field here'],
    ['list_inbox', { limit: 201 }, 'limit', /at most 200/],
    ['list_inbox', { cursor: 'zzz' }, 'cursor', /nextCursor/],
    ['wait_for_message', { timeoutMs: 50_001 }, 'timeoutMs', /at most 50000/],
    ['wait_for_message', { after: 'zzz' }, 'after', /position/],
    ['acknowledge', { messageIds: [] }, 'messageIds', /at least 1/],
    ['report_progress', { percent: 101, state: 'x' }, 'percent', /at most 100/],
    ['submit_result', { output: 'x', deliverables: [{ name: 'a', url: 'nowhere' }] }, 'deliverables.0.url', /./],
    ['get_context', { projectId: 'x' }, 'projectId', /24 hex digits/],
  ])('%s with %o names the field', async (tool, args, path, message) => {
    const { isError, data } = await client.call(tool, args);
    expect(isError).toBe(true);
    expect(data).toMatchObject({ code: 'validation-failed', next: expect.any(String) });
    expect(data.errors[0].path).toBe(path);
    expect(data.errors[0].message).toMatch(message);
  });

  test('an unknown tool is a protocol error', async () => {
    await expect(client.call('drop_database')).rejects.toThrow(/No tool 'drop_database'/);
  });
});

describe('send_message', () => {
  test('to a slug that is not there names it; nothing is written', async () => {
    const dispatch = await claimNew('research');
    const { data } = await client.call('send_message', { to: 'nobody', body: 'x', dispatch: dispatch.key });
    expect(data).toMatchObject({
      code: 'validation-failed',
      errors: [{ path: 'to', message: expect.stringContaining("got 'nobody'") }],
    });
    expect(await mcp.plane.collections.messages.countDocuments({ 'from.dispatchId': bodyId('id', dispatch.id) })).toBe(
      0,
    );
    await finish(dispatch);
  });

  test('opens a thread in the project of the work, or writes into one that is named', async () => {
    const { createProject } = await import('@/lib/services/projects/create-project');
    const client_ = await createProject(makeActor(mcp.plane, 'operator'), {
      kind: 'client',
      slug: 'acme',
      name: 'Acme',
      parentId: null,
      context: 'Never say cheap.',
      labels: { tier: 'gold' },
    });
    const dispatch = await claimNew('research', { projectId: client_.id });
    const opened = await client.call('send_message', {
      to: 'legal',
      body: 'check',
      subject: 'Claims',
      dispatch: dispatch.key,
    });
    const thread = await mcp.plane.collections.threads.findOne({ _id: bodyId('id', opened.data.threadId) });
    expect(thread).toMatchObject({ subject: 'Claims', projectId: bodyId('id', client_.id) });
    const within = await client.call('send_message', {
      to: 'human',
      body: 'fyi',
      threadId: dispatch.thread!.id,
      dispatch: dispatch.key,
    });
    expect(within.data).toMatchObject({ threadId: dispatch.thread!.id, seq: 2, status: 'none' });
    const both = await client.call('send_message', {
      to: 'human',
      body: 'x',
      threadId: dispatch.thread!.id,
      subject: 'y',
      dispatch: dispatch.key,
    });
    expect(both.data.errors).toMatchObject([{ path: 'subject' }]);
    expect((await client.call('get_context', { dispatch: dispatch.key })).data).toMatchObject({
      steps: [{ kind: 'client', slug: 'acme', context: 'Never say cheap.' }],
      labels: { tier: 'gold' },
      labelsLeftOut: 0,
    });
    await finish(dispatch);
  });

  test('into a thread its type takes no part in finds none', async () => {
    const other = await work('finance');
    const dispatch = await claimNew('research');
    const sent = await client.call('send_message', {
      to: 'human',
      body: 'x',
      threadId: other.threadId,
      dispatch: dispatch.key,
    });
    expect(sent.data.code).toBe('not-found');
    await finish(dispatch);
  });

  test('under one idempotencyKey creates once; with other arguments it is refused', async () => {
    const dispatch = await claimNew('research');
    const args = { to: 'human', body: 'once', idempotencyKey: 'k1', dispatch: dispatch.key };
    const [first, second] = await Promise.all([client.call('send_message', args), client.call('send_message', args)]);
    expect(second!.data.id).toBe(first!.data.id);
    const other = await client.call('send_message', { ...args, body: 'twice' });
    expect(other.data.code).toBe('idempotency-conflict');
    await finish(dispatch);
    // The dispatch is over, and the repeat still answers what was done.
    expect((await client.call('send_message', args)).data.id).toBe(first!.data.id);
    const elsewhere = await claimNew('research');
    const own = await client.call('send_message', { ...args, dispatch: elsewhere.key });
    expect(own.data.id).not.toBe(first!.data.id);
    await finish(elsewhere);
  });
});

describe('reply', () => {
  test('goes to the sender’s inbox and wakes nobody', async () => {
    const research = await claimNew('research');
    const sent = await client.call('send_message', { to: 'qa', body: 'please look', dispatch: research.key });
    const qa = await mcp.claim('qa');
    const reply = await client.call('reply', { messageId: sent.data.id, body: 'looked', dispatch: qa.key });
    expect(reply.data).toMatchObject({ assignedTo: 'research', status: 'none', hops: 2, inReplyTo: sent.data.id });
    expect((await client.call('list_inbox', { dispatch: research.key })).data.items[0]).toMatchObject({
      id: reply.data.id,
    });
    await finish(qa, 'looked, with all details');
    const thread = await client.call('read_thread', { threadId: sent.data.threadId, dispatch: research.key });
    expect(thread.data.items.map(({ body }: { body: string }) => body)).toEqual(['please look', 'looked']);
    await finish(research);
  });

  test('to a message that expects one is work for its sender', async () => {
    const research = await claimNew('research');
    const sent = await client.call('send_message', {
      to: 'qa',
      body: 'and?',
      expectsReply: true,
      dispatch: research.key,
    });
    await finish(research);
    const qa = await mcp.claim('qa');
    const reply = await client.call('reply', { messageId: sent.data.id, body: 'so', dispatch: qa.key });
    expect(reply.data).toMatchObject({ assignedTo: 'research', status: 'queued' });
    await finish(qa);
    const back = await mcp.claim('research');
    expect(back.source.id).toBe(reply.data.id);
    await finish(back);
  });

  test('past the limit of hops is stopped and shown', async () => {
    const last = await work('qa', { body: 'the ninth' });
    await mcp.plane.collections.messages.updateOne(
      { _id: bodyId('id', last.id) },
      { $set: { hops: 8, expectsReply: true, from: { kind: 'agent', id: 'research' } } },
    );
    const qa = await mcp.claim('qa');
    const reply = await client.call('reply', { messageId: last.id, body: 'x', dispatch: qa.key });
    expect(reply.data).toMatchObject({
      status: 'loop-stopped',
      hops: 9,
      reason: expect.stringContaining('limit is 8'),
    });
    const sent = await client.call('send_message', { to: 'research', body: 'x', dispatch: qa.key });
    expect(sent.data).toMatchObject({ status: 'loop-stopped', hops: 9 });
    const asked = await client.call('ask', { to: 'research', question: 'x', dispatch: qa.key });
    expect(asked.data.code).toBe('limit-exceeded');
    await finish(qa);
    // A person may let one through; the answer to it stops again.
    await redriveMessage(makeActor(mcp.plane, 'operator'), reply.data.id);
    const back = await mcp.claim('research');
    expect(back.source.id).toBe(reply.data.id);
    const next = await client.call('reply', { messageId: reply.data.id, body: 'y', dispatch: back.key });
    expect(next.data).toMatchObject({ hops: 10 });
    await finish(back);
  });

  test.each([false, true])(
    'two agents that reply to each other end by themselves (expectsReply: %s)',
    async expectsReply => {
      const research = await claimNew('research');
      await client.call('send_message', { to: 'copywriting', body: 'hi', expectsReply, dispatch: research.key });
      await finish(research, 'sent');
      let dispatches = 1;
      for (; dispatches < 12; dispatches += 1) {
        const next =
          (await mcp.claim('copywriting').catch(() => null)) ?? (await mcp.claim('research').catch(() => null));
        if (!next) break;
        await client.call('reply', { messageId: next.source.id, body: 'thank you!', dispatch: next.key });
        await finish(next, 'thanked');
      }
      expect(dispatches).toBeLessThanOrEqual(4);
    },
  );
});

describe('questions', () => {
  test('only whoever was asked, or a person, answers; the first answer wins', async () => {
    const research = await claimNew('research');
    await client.call('send_message', {
      to: 'legal',
      body: 'in this thread too',
      threadId: research.thread!.id,
      dispatch: research.key,
    });
    const asked = await client.call('ask', { to: 'copywriting', question: 'Which?', dispatch: research.key });
    const legal = await mcp.claim('legal');
    const said = await client.call('reply', {
      messageId: asked.data.questionId,
      body: 'I think A',
      dispatch: legal.key,
    });
    expect(said.data).toMatchObject({ kind: 'message', assignedTo: 'research' });
    await finish(legal);
    await expect(mcp.claim('research')).rejects.toThrow(/nothing claimed/);
    const operator = await mcp.connect(await mcp.tokenFor('operator'));
    const first = await operator.call('reply', { messageId: asked.data.questionId, body: 'B' });
    expect(first.data).toMatchObject({ kind: 'answer', late: false });
    const second = await operator.call('reply', { messageId: asked.data.questionId, body: 'C' });
    expect(second.data).toMatchObject({ kind: 'answer', late: true });
    const resumed = await mcp.claim('research');
    expect(resumed.mode).toBe('resume');
    await finish(resumed);
  });

  test('mark_done answers with its output, and is refused without one', async () => {
    const research = await claimNew('research');
    await client.call('ask', { to: 'seo', question: 'Which word?', dispatch: research.key });
    const seo = await mcp.claim('seo');
    const silent = await finish(seo);
    expect(silent.data).toMatchObject({ code: 'validation-failed', errors: [{ path: 'output' }] });
    expect((await finish(seo, 'this one')).data).toMatchObject({ status: 'done' });
    const resumed = await mcp.claim('research');
    expect(resumed.prompt).toContain('this one');
    await finish(resumed);
  });

  test('answered by a reply that was cut off are answered by the same one again', async () => {
    const research = await claimNew('research');
    const asked = await client.call('ask', { to: 'seo', question: 'Which word?', dispatch: research.key });
    const seo = await mcp.claim('seo');
    const args = { messageId: asked.data.questionId, body: 'this', idempotencyKey: 'cut', dispatch: seo.key };
    vi.spyOn(mcp.plane.collections.dispatches, 'findOneAndUpdate').mockRejectedValueOnce(new Error('killed'));
    await expect(client.call('reply', args)).rejects.toThrow('Something went wrong');
    expect((await client.call('reply', args)).data).toMatchObject({ kind: 'answer', late: false });
    await finish(seo);
    await finish(await mcp.claim('research'));
  });

  test('in a circle are refused with the way out', async () => {
    const research = await claimNew('research');
    await client.call('ask', { to: 'seo', question: 'a?', dispatch: research.key });
    const seo = await mcp.claim('seo');
    const circle = await client.call('ask', { to: 'research', question: 'b?', dispatch: seo.key });
    expect(circle.data).toMatchObject({ code: 'ask-cycle', next: expect.stringContaining('human') });
    await finish(seo, 'a');
    await finish(await mcp.claim('research'));
  });

  test('asked again under one idempotencyKey are one question', async () => {
    const research = await claimNew('research');
    const args = { question: 'once?', idempotencyKey: 'q', dispatch: research.key };
    const first = await client.call('ask', args);
    const second = await client.call('ask', args);
    expect(second.data).toEqual(first.data);
    const bad = await client.call('ask', { question: 'x', options: ['a', 'b'], default: 'c', dispatch: research.key });
    expect(bad.isError).toBe(true);
  });
});

describe('reading', () => {
  test('marks nothing; acknowledge does, once, in the ledger', async () => {
    const message = await work('sales');
    const dispatch = await mcp.claim('sales');
    await client.call('list_inbox', { dispatch: dispatch.key });
    await client.call('read_thread', { threadId: message.threadId, dispatch: dispatch.key });
    expect((await messageOf(message.id))!.ledger.readAt).toBeUndefined();
    await client.call('acknowledge', { messageIds: [message.id, 'f'.repeat(24)], dispatch: dispatch.key });
    const { readAt } = (await messageOf(message.id))!.ledger;
    expect(readAt).toBeInstanceOf(Date);
    const again = await client.call('acknowledge', { messageIds: [message.id], dispatch: dispatch.key });
    expect(again.data).toEqual({ acknowledged: [message.id], unknown: [] });
    expect((await messageOf(message.id))!.ledger.readAt).toEqual(readAt);
    await finish(dispatch);
  });

  test('shows what another dispatch holds', async () => {
    const type = await mcp.connect(await mcp.tokenFor('agent', { agentType: 'operations' }));
    const dispatch = await claimNew('operations');
    expect((await type.call('list_inbox')).data.items).toMatchObject([{ heldBy: dispatch.id, status: 'claimed' }]);
    expect((await client.call('list_inbox', { dispatch: dispatch.key })).data.items).toMatchObject([{ heldBy: null }]);
    await finish(dispatch);
  });

  test('ends a page early where bodies are long, and goes on without a gap', async () => {
    const operator = makeActor(mcp.plane, 'operator');
    const { threadId } = await createMessage(operator, { assignedTo: 'email-marketing', body: 'a'.repeat(40_000) });
    for (const letter of ['b', 'c', 'd'])
      await createMessage(operator, { threadId, assignedTo: null, body: letter.repeat(30_000) });
    const dispatch = await mcp.claim('email-marketing');
    const letters: string[] = [];
    for (let cursor: string | undefined; ;) {
      const { data, text } = await client.call('read_thread', { threadId, cursor, dispatch: dispatch.key });
      expect(text.length).toBeLessThan(100_000);
      letters.push(...data.items.map(({ body }: { body: string }) => body[0]));
      if (data.nextCursor === null) break;
      cursor = data.nextCursor;
    }
    expect(letters).toEqual(['a', 'b', 'c', 'd']);
    await finish(dispatch);
  });

  test('finds words in threads of its type and in no others', async () => {
    await work('data-analysis', { body: 'the xylophone figures' });
    await work('finance', { body: 'another xylophone' });
    const dispatch = await mcp.claim('data-analysis');
    const found = await client.call('search_messages', { q: 'xylophone', dispatch: dispatch.key });
    expect(found.data.items.map(({ body }: { body: string }) => body)).toEqual(['the xylophone figures']);
    await finish(dispatch);
  });
});

describe('a task', () => {
  test('ends with its deliverables, or incomplete without them', async () => {
    const operator = makeActor(mcp.plane, 'operator');
    const task = {
      title: 'Report',
      input: '',
      assignedTo: 'engineering',
      priority: 'normal' as const,
      projectId: null,
      threadId: null,
      dependsOn: [],
    };
    const deliverables = [{ name: 'report', description: '' }];
    await createTask(operator, { ...task, deliverables });
    const whole = await mcp.claim('engineering');
    expect(
      (await client.call('report_progress', { percent: 40, state: 'half', dispatch: whole.key })).data,
    ).toMatchObject({
      dispatchId: whole.id,
      status: 'running',
      cancelRequested: false,
    });
    const done = await client.call('submit_result', {
      output: 'ok',
      deliverables: [{ name: 'report', path: 'out/report.md' }],
      dispatch: whole.key,
    });
    expect(done.data).toMatchObject({ status: 'done', work: { kind: 'task', status: 'done' } });
    await createTask(operator, { ...task, deliverables });
    const half = await mcp.claim('engineering');
    expect((await client.call('heartbeat', { dispatch: half.key })).data).toMatchObject({
      status: 'running',
      leaseUntil: expect.any(String),
    });
    const missing = await client.call('submit_result', {
      output: 'ok',
      deliverables: [{ name: 'report', value: ' ' }],
      dispatch: half.key,
    });
    expect(missing.data).toMatchObject({
      status: 'done',
      work: { status: 'incomplete', reason: 'not handed in: report' },
    });
  });
});
