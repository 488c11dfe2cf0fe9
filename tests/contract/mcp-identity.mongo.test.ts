import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemContext } from '@/lib/services/context';
import { revokeToken } from '@/lib/services/identity/revoke-token';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';
import { TOOLS } from '@/mcp-server/src/registry';
import { makeActor } from '../support/actors';
import { createMessage } from '@/lib/services/messages/create-message';
import { bodyId } from '@/lib/store/ids';
import { until } from '../support/switchboard';

let mcp: McpTestServer;
let token: string;
let orchestrator: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  token = await mcp.tokenFor('orchestrator');
  orchestrator = await mcp.connect(token);
});
afterAll(() => mcp.stop());

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

async function post(init: { headers?: Record<string, string>; body?: string; path?: string; method?: string } = {}) {
  const { headers = {}, body = JSON.stringify(LIST), path = '', method = 'POST' } = init;
  const response = await fetch(mcp.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...headers,
    },
    ...(method === 'POST' ? { body } : {}),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const codeOf = ({ text }: { text: string }): string => JSON.parse(text).code;

async function work(agentType: string, tenantId = 'default') {
  const operator = makeActor(mcp.plane, 'operator', { tenantId });
  await createMessage(operator, { assignedTo: agentType, body: `work for ${agentType}` });
  return mcp.claim(agentType);
}

describe('at the transport', () => {
  test('a request without a good token is refused with 401 and how to authenticate', async () => {
    for (const authorization of ['', 'Bearer nonsense', `Bearer ${token}x`, 'Basic abc']) {
      const answer = await post({ headers: { authorization } });
      expect([authorization, answer.status, codeOf(answer)]).toEqual([authorization, 401, 'unauthenticated']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    }
    expect((await post({ headers: { authorization: '', cookie: 'switchboard_session=abc' } })).status).toBe(401);
  });

  test('official clients fail to connect with a bad token', async () => {
    await expect(mcp.connect('swb_agent_x', '2025-11-25')).rejects.toThrow(/401|unauthenticated/i);
    await expect(mcp.connect('swb_agent_x', '2026-07-28')).rejects.toThrow();
  });

  test('a foreign Host, a foreign Origin and a token in the URL are refused', async () => {
    const { request } = await import('node:http');
    const status = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const req = request(
          mcp.url,
          {
            method: 'POST',
            headers: {
              authorization: `Bearer ${token}`,
              'content-type': 'application/json',
              accept: 'application/json, text/event-stream',
              ...headers,
            },
          },
          res => {
            res.resume();
            resolve(res.statusCode);
          },
        );
        req.on('error', reject).end(JSON.stringify(LIST));
      });
    expect(await status({ host: 'evil.example' })).toBe(403);
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ origin: new URL(mcp.url).origin })).toBe(200);
    const inUrl = await post({ path: `?token=${token}` });
    expect([inUrl.status, codeOf(inUrl)]).toEqual([400, 'credential-in-url']);
    const { adminToken } = mcp.plane;
    const admins = await post({ path: `?session=${adminToken}` });
    expect([admins.status, codeOf(admins)]).toEqual([400, 'credential-in-url']);
    expect(mcp.logged()).not.toContain(token);
    expect(mcp.logged()).not.toContain(adminToken);
  });

  test('what is no single JSON-RPC message of bounded size is refused in its own words', async () => {
    expect((await post({ body: '{' })).status).toBe(400);
    expect((await post({ body: JSON.stringify([LIST, LIST]) })).status).toBe(400);
    expect((await post({ headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    const long = await post({ body: JSON.stringify({ ...LIST, params: { text: 'x'.repeat(1_100_000) } }) });
    expect([long.status, codeOf(long)]).toEqual([413, 'too-large']);
    expect((await post({ method: 'GET' })).status).toBe(405);
    expect((await post({ path: '/other' })).status).toBe(404);
  });

  test('the probe answers anybody', async () => {
    const answer = await fetch(new URL('/healthz', mcp.url));
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
  });

  test('a token revoked while its client is connected opens nothing more', async () => {
    const viewer = await mcp.tokenFor('viewer');
    const client = await mcp.connect(viewer);
    expect((await client.call('list_agent_types')).isError).toBe(false);
    await revokeToken(systemContext(mcp.plane, 'default'), viewer.split('_')[2]!);
    await until(
      async () =>
        client.call('list_agent_types').then(
          () => false,
          () => true,
        ),
      5_000,
    );
  });
});

describe('without a dispatch key', () => {
  test('an orchestrator’s token reads and is told how to write', async () => {
    expect((await orchestrator.call('list_agent_types')).data.items).toHaveLength(17);
    for (const [tool, args] of [
      ['send_message', { to: 'research', body: 'x' }],
      ['reply', { messageId: '0'.repeat(24), body: 'x' }],
      ['acknowledge', { messageIds: ['0'.repeat(24)] }],
      ['ask', { question: 'x' }],
      ['mark_done', {}],
      ['submit_result', { output: 'x' }],
      ['report_progress', { percent: 1, state: 'x' }],
      ['heartbeat', {}],
    ] as const) {
      const { isError, data } = await orchestrator.call(tool, args);
      expect([tool, isError, data.code]).toEqual([tool, true, 'dispatch-key-required']);
      expect(data.message).toContain('dispatch');
    }
  });

  test('a viewer only reads, whatever key it shows', async () => {
    const dispatch = await work('legal');
    const viewer = await mcp.connect(await mcp.tokenFor('viewer'));
    const refused = await viewer.call('send_message', { to: 'research', body: 'x', dispatch: dispatch.key });
    expect(refused.data.code).toBe('forbidden');
    expect((await viewer.call('list_inbox', { dispatch: dispatch.key })).data.items).toHaveLength(1);
  });

  test('every tool that writes refuses a viewer, with a key and without', async () => {
    const dispatch = await work('sales');
    const viewer = await mcp.connect(await mcp.tokenFor('viewer'));
    const args: Record<string, object> = {
      mark_done: { output: 'x' },
      submit_result: { output: 'x' },
      report_progress: { percent: 50, state: 'x' },
    };
    const writing = TOOLS.filter(tool => !tool.annotations.readOnlyHint).map(({ name }) => name);
    expect(writing).toEqual(expect.arrayContaining([...Object.keys(args), 'heartbeat', 'ask', 'handoff']));
    for (const name of writing) {
      for (const key of [{ dispatch: dispatch.key }, {}]) {
        const { data } = await viewer.call(name, { ...args[name], ...key });
        expect([name, data.code]).toEqual([name, 'forbidden']);
      }
    }
    const row = await mcp.plane.collections.dispatches.findOne({ _id: bodyId('id', dispatch.id) });
    expect(row).toMatchObject({ status: 'running', output: null, progress: null, firstHeartbeatAt: null });
    await orchestrator.call('mark_done', { dispatch: dispatch.key });
  });

  test('a token bound to a type acts as that type and sees no other', async () => {
    const agent = await mcp.connect(await mcp.tokenFor('agent', { agentType: 'design' }));
    const sent = await agent.call('send_message', { to: 'seo', body: 'which words?', expectsReply: true });
    expect(sent.data).toMatchObject({ assignedTo: 'seo', hops: 0 });
    const seo = await mcp.connect(await mcp.tokenFor('agent', { agentType: 'seo' }));
    expect((await seo.call('list_inbox')).data.items).toMatchObject([
      { id: sent.data.id, from: { kind: 'agent', id: 'design' } },
    ]);
    const other = await mcp.connect(await mcp.tokenFor('agent', { agentType: 'finance' }));
    const refused = await other.call('read_thread', { threadId: sent.data.threadId });
    expect(refused.data.code).toBe('not-found');
    expect((await other.call('list_inbox')).data.items).toEqual([]);
    expect((await agent.call('mark_done')).data.code).toBe('dispatch-key-required');
  });

  test('an operator writes as a person; who it is from is not in the arguments', async () => {
    const operator = await mcp.connect(await mcp.tokenFor('operator'));
    const sent = await operator.call('send_message', { to: 'localization', body: 'hello' });
    const read = await operator.call('read_thread', { threadId: sent.data.threadId });
    expect(read.data.items).toMatchObject([{ from: { kind: 'user', tier: 'controller' } }]);
    const forged = await operator.call('send_message', {
      to: 'localization',
      body: 'x',
      from: { kind: 'agent', id: 'research' },
    });
    expect(forged.data).toMatchObject({
      code: 'validation-failed',
      errors: [{ path: 'from', message: 'is not a field here' }],
    });
  });
});

describe('a dispatch key', () => {
  test('says who writes', async () => {
    const dispatch = await work('research');
    const sent = await orchestrator.call('send_message', { to: 'human', body: 'seen', dispatch: dispatch.key });
    const read = await orchestrator.call('read_thread', { threadId: sent.data.threadId, dispatch: dispatch.key });
    expect(read.data.items).toMatchObject([
      { from: { kind: 'agent', id: 'research', dispatchId: dispatch.id, tier: 'worker' } },
    ]);
    await orchestrator.call('mark_done', { output: 'ok', dispatch: dispatch.key });
  });

  test('of another tenant, another type or invented, opens nothing and says the same', async () => {
    await mcp.tenant('acme');
    const dispatch = await work('research');
    const foreign = await mcp.connect(await mcp.tokenFor('orchestrator', { tenantId: 'acme' }));
    const bound = await mcp.connect(await mcp.tokenFor('agent', { agentType: 'qa' }));
    const invented = dispatch.key.slice(0, -4) + 'AAAA';
    const answers = [
      await foreign.call('list_inbox', { dispatch: dispatch.key }),
      await foreign.call('send_message', { to: 'research', body: 'x', dispatch: dispatch.key }),
      await bound.call('list_inbox', { dispatch: dispatch.key }),
      await orchestrator.call('heartbeat', { dispatch: invented }),
    ];
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]!.data.code).toBe('forbidden');
    const noKey = await orchestrator.call('heartbeat', { dispatch: 'my key' });
    expect(noKey.data).toMatchObject({ code: 'validation-failed', errors: [{ path: 'dispatch' }] });
    await orchestrator.call('mark_done', { dispatch: dispatch.key });
  });

  test('writes until the dispatch ends, then reads for ten minutes, then nothing', async () => {
    const dispatch = await work('research');
    await orchestrator.call('mark_done', { output: 'first', dispatch: dispatch.key });
    const again = await orchestrator.call('mark_done', { output: 'second', dispatch: dispatch.key });
    expect(again.data).toMatchObject({ dispatchId: dispatch.id, status: 'done' });
    const written = await orchestrator.call('send_message', { to: 'human', body: 'x', dispatch: dispatch.key });
    expect(written.data).toMatchObject({ code: 'stale-epoch', message: expect.stringContaining('ended as done') });
    expect((await orchestrator.call('list_inbox', { dispatch: dispatch.key })).isError).toBe(false);
    const row = await mcp.plane.collections.dispatches.findOne({ _id: bodyId('id', dispatch.id) });
    expect(row!.keyReadsUntil!.getTime() - row!.endedAt!.getTime()).toBe(600_000);
    expect(row!.output).toBe('first');
    await mcp.plane.collections.dispatches.updateOne({ _id: row!._id }, { $set: { keyReadsUntil: new Date(0) } });
    expect((await orchestrator.call('list_inbox', { dispatch: dispatch.key })).data.code).toBe('stale-epoch');
  });

  test('of a lapsed lease does not write, and what it hands in late is kept', async () => {
    const dispatch = await work('research');
    const _id = bodyId('id', dispatch.id);
    await mcp.plane.collections.dispatches.updateOne({ _id }, { $set: { leaseUntil: new Date(Date.now() - 1_000) } });
    const sent = await orchestrator.call('send_message', { to: 'human', body: 'x', dispatch: dispatch.key });
    expect(sent.data).toMatchObject({ code: 'stale-epoch', message: expect.stringContaining('lapsed') });
    const late = await orchestrator.call('submit_result', { output: 'too late', dispatch: dispatch.key });
    expect(late.data.code).toBe('stale-epoch');
    const row = await mcp.plane.collections.dispatches.findOne({ _id });
    expect(row).toMatchObject({ status: 'lapsed', lateOutput: { output: 'too late', epoch: dispatch.epoch } });
    const next = await mcp.claim('research');
    expect(next).toMatchObject({ source: dispatch.source, attempt: 2, epoch: dispatch.epoch + 1 });
    await orchestrator.call('mark_done', { dispatch: next.key });
  });

  test('of a waiting dispatch reads and does not write', async () => {
    const dispatch = await work('research');
    await orchestrator.call('ask', { question: 'May I?', dispatch: dispatch.key });
    expect((await orchestrator.call('list_inbox', { dispatch: dispatch.key })).isError).toBe(false);
    for (const tool of ['send_message', 'mark_done', 'ask'] as const) {
      const args = { send_message: { to: 'qa', body: 'x' }, mark_done: { output: 'x' }, ask: { question: 'x' } }[tool];
      expect([tool, (await orchestrator.call(tool, { ...args, dispatch: dispatch.key })).data.code]).toEqual([
        tool,
        'waiting',
      ]);
    }
  });

  test('in stored text is made unreadable', async () => {
    const dispatch = await work('research');
    const sent = await orchestrator.call('send_message', {
      to: 'human',
      body: `use ${dispatch.key} please`,
      dispatch: dispatch.key,
    });
    const read = await orchestrator.call('read_thread', { threadId: sent.data.threadId, dispatch: dispatch.key });
    expect(read.data.items[0].body).not.toContain(dispatch.key);
    expect(mcp.logged()).not.toContain(dispatch.key.slice(-20));
    await orchestrator.call('mark_done', { dispatch: dispatch.key });
  });
});
