import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, REVISIONS, type AgentClient } from '../support/mcp';
import { tapEvents } from '../support/sse-tap';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';

/** MCP as remote clients reach it: on web's own URL, whatever becomes of the process behind it. */

let board: Switchboard;
let token: string;
let url: string;

beforeAll(async () => {
  board = await startSwitchboard();
  token = await board.tokenFor('orchestrator');
  url = `${board.url}/mcp`;
  // Asked as soon as the sign-in link stands there, with an MCP server that is still starting.
  await answersOnceItListens();
});
afterAll(async () => {
  expect(await board?.stop()).toBe(0);
});

const isUp = async (): Promise<boolean> =>
  connect(url, token, '2026-07-28').then(
    async client => {
      await client.close();
      return true;
    },
    () => false,
  );

/** A call waits for a start; it is refused only where that takes longer than it waits. */
async function answersOnceItListens(): Promise<void> {
  for (let tries = 1; tries <= 3; tries += 1) {
    const askedMs = Date.now();
    if (await isUp()) return;
    expect(Date.now() - askedMs).toBeGreaterThan(9_000);
  }
  expect.unreachable('the MCP server does not come up');
}

async function claim(agentType: string) {
  const { body } = await board.api(
    'POST',
    '/api/dispatches/claim',
    { consumer: 'e2e', agentTypes: [agentType] },
    token,
  );
  return body.dispatches[0];
}

describe('/mcp of the web process', () => {
  test.each(REVISIONS)('research asks copywriting and comes back with the answer (revision %s)', async revision => {
    const agents: AgentClient = await connect(url, token, revision);
    await board.api('POST', '/api/messages', { assignedTo: 'research', body: 'a line on tea' });
    const research = await claim('research');
    const known = { epoch: research.epoch, agentId: 'agent-7' };
    expect((await board.api('POST', `/api/dispatches/${research.id}/progress`, known, token)).status).toBe(200);
    const asked = await agents.call('ask', { to: 'copywriting', question: 'Which tone?', dispatch: research.key });
    expect(asked.data.status).toBe('waiting');
    const copywriting = await claim('copywriting');
    const inbox = await agents.call('list_inbox', { dispatch: copywriting.key });
    expect(inbox.data.items).toMatchObject([{ body: 'Which tone?', kind: 'question' }]);
    await agents.call('mark_done', { output: 'Warm.', dispatch: copywriting.key });
    const resumed = await claim('research');
    expect(resumed).toMatchObject({ id: research.id, mode: 'resume', epoch: research.epoch + 1, agentId: 'agent-7' });
    await agents.call('mark_done', { output: 'Tea, warmly.', dispatch: resumed.key });
    const thread = await board.api('GET', `/api/threads/${research.thread.id}/messages`, undefined, token);
    expect(thread.body.items.map(({ body }: { body: string }) => body)).toEqual([
      'a line on tea',
      'Which tone?',
      'Warm.',
      'Tea, warmly.',
    ]);
    await agents.close();
  });

  test('each call is on the stream as it begins and ends, and the session ends with its dispatch', async () => {
    const tap = tapEvents(
      `${board.url}/api/events?types=tool:start,tool:done,tool:error,session:open,session:close`,
      token,
    );
    await tap.opened;
    const agents = await connect(url, token, '2026-07-28');
    await board.api('POST', '/api/messages', { assignedTo: 'qa', body: 'look' });
    const qa = await claim('qa');
    await agents.call('send_message', { to: 'nobody', body: 'x', dispatch: qa.key });
    await agents.call('mark_done', { output: 'looked', dispatch: qa.key });
    // Sessions of the tests before this one may still be closing.
    const own = () => {
      const sessionId = tap.events.find(({ data }) => data['dispatchId'] === qa.id)?.data['sessionId'];
      return tap.events.filter(({ data }) => data['sessionId'] === sessionId);
    };
    await until(() => own().some(({ event }) => event === 'session:close'), 20_000);
    tap.close();
    await agents.close();
    const events = own();
    expect([events[0]!.event, events.at(-1)!.event]).toEqual(['session:open', 'session:close']);
    // How a call ended is written beside its answer, so the next may have begun by then.
    const stepsOf = (tool: string) =>
      events.filter(({ data }) => data['tool'] === tool).map(({ event, data }) => [event, data['error'] ?? null]);
    expect(stepsOf('send_message')).toEqual([
      ['tool:start', null],
      ['tool:error', 'validation-failed'],
    ]);
    expect(stepsOf('mark_done')).toEqual([
      ['tool:start', null],
      ['tool:done', null],
    ]);
    expect(events).toHaveLength(6);
    const [start, error] = events.filter(({ data }) => data['tool'] === 'send_message');
    expect(error!.data).toMatchObject({ callId: start!.data['callId'], durationMs: expect.any(Number) });
  });

  test('a call waits while the MCP server is started again after its death', async () => {
    const { mcp } = JSON.parse(readFileSync(join(board.dataDir, 'run.json'), 'utf8')).pids as { mcp: number };
    process.kill(mcp, 'SIGKILL');
    await until(() => board.logged().includes('the MCP server ended; it is started again'), 20_000);
    await answersOnceItListens();
  });

  test('the MCP server ends with a web process that is killed, and the next one has its own', async () => {
    const { pid } = JSON.parse(
      /\{[^\n]*"name":"mcp-server","pid":\d+[^\n]*"ready"[^\n]*\}/g.exec(board.logged())![0],
    ) as { pid: number };
    await board.kill();
    await until(() => !isRunning(pid), 20_000);
    await board.restart();
    await answersOnceItListens();
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
