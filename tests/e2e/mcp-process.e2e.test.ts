import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemContext } from '@/lib/services/context';
import { issueToken } from '@/lib/services/identity/issue-token';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makePlane, type TestPlane } from '../support/make-plane';
import { answerOf, connect, REVISIONS } from '../support/mcp';
import { until } from '../support/switchboard';

/** The MCP server as a process: its pipe, its port, and how it starts and ends. */

const BUNDLE = 'dist/mcp.mjs';
let testPlane: TestPlane;
let dataDir: string;
let token: string;

beforeAll(async () => {
  testPlane = await makePlane();
  await ensureDefaultTenant(testPlane.plane);
  dataDir = mkdtempSync(join(tmpdir(), 'switchboard-mcp-'));
  const ctx = systemContext(testPlane.plane, 'default');
  token = (await issueToken(ctx, { role: 'agent', label: 'pipe', agentType: 'research' })).token;
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

function environment(more: Record<string, string> = {}) {
  const { uri, name } = testPlane.database;
  return {
    PATH: process.env['PATH']!,
    HOME: process.env['HOME'] ?? '/',
    MONGODB_URI: uri,
    SWITCHBOARD_DB: name,
    SWITCHBOARD_DATA: dataDir,
    SWITCHBOARD_ADMIN_TOKEN: testPlane.plane.adminToken,
    MCP_PORT: '0',
    NODE_ENV: 'production' as const,
    ...more,
  };
}

interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(
  args: string[],
  env: NodeJS.ProcessEnv,
): { child: ChildProcess; finished: Promise<Finished>; stderr(): string } {
  const child = spawn(process.execPath, [BUNDLE, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout!.on('data', chunk => (said.stdout += String(chunk)));
  child.stderr!.on('data', chunk => (said.stderr += String(chunk)));
  const finished = new Promise<Finished>(resolve => child.once('close', code => resolve({ code, ...said })));
  return { child, finished, stderr: () => said.stderr };
}

const urlIn = (log: string) => /"url":"(http:[^"]+)"/.exec(log)?.[1];

describe('over stdio', () => {
  test.each(REVISIONS)('an official client of revision %s sends as its token’s type', async revision => {
    const params = {
      command: process.execPath,
      args: [BUNDLE],
      env: environment({ SWITCHBOARD_TOKEN: token }),
      stderr: 'ignore' as const,
    };
    const client =
      revision === '2026-07-28'
        ? new ModernClient(
            { name: `pipe ${revision}`, version: '1' },
            { versionNegotiation: { mode: { pin: revision } } },
          )
        : new LegacyClient({ name: `pipe ${revision}`, version: '1' });
    const transport = revision === '2026-07-28' ? new ModernStdio(params) : new LegacyStdio(params);
    await client.connect(transport as never);
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(22);
    const sent = answerOf(
      await client.callTool({ name: 'send_message', arguments: { to: 'qa', body: `over ${revision}` } }),
    );
    expect(sent.data).toMatchObject({ assignedTo: 'qa', status: 'queued' });
    const row = await testPlane.plane.collections.messages.findOne({ body: `over ${revision}` });
    expect(row!.from).toEqual({ kind: 'agent', id: 'research' });
    await client.close();
    // Its session is the pipe's: named by the client, and over with it.
    const { sessions } = testPlane.plane.collections;
    await until(
      async () => (await sessions.countDocuments({ client: `pipe ${revision}`, status: 'closed' })) === 1,
      10_000,
    );
  });

  test('stdout holds the protocol and nothing else; the end of stdin ends the process with 0', async () => {
    const { child, finished } = run([], environment({ SWITCHBOARD_TOKEN: token, LOG_LEVEL: 'trace' }));
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
    };
    child.stdin!.write(`${JSON.stringify(initialize)}\n`);
    await new Promise(resolve => child.stdout!.once('data', resolve));
    child.stdin!.end();
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines).toMatchObject([
      { jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-11-25', serverInfo: { name: 'switchboard' } } },
    ]);
    for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
    expect(stderr).not.toContain(token.slice(-20));
  });

  test('SIGTERM ends it with 0, and its session with it', async () => {
    const { child, finished } = run([], environment({ SWITCHBOARD_TOKEN: token }));
    const send = (message: object) => child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'ended', version: '1' } };
    send({ id: 1, method: 'initialize', params });
    await new Promise(resolve => child.stdout!.once('data', resolve));
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/call', params: { name: 'list_agent_types', arguments: {} } });
    await new Promise(resolve => child.stdout!.once('data', resolve));
    child.kill('SIGTERM');
    expect((await finished).code).toBe(0);
    const { sessions, toolCalls } = testPlane.plane.collections;
    const session = await sessions.findOne({ client: 'ended' });
    expect(session).toMatchObject({ status: 'closed', toolCalls: 1 });
    expect(await toolCalls.findOne({ sessionId: session!._id })).toMatchObject({ status: 'done' });
  });

  test.each([
    ['no token', {}, /SWITCHBOARD_TOKEN: got nothing/],
    ['a token that opens nothing', { SWITCHBOARD_TOKEN: 'swb_agent_nothing' }, /SWITCHBOARD_TOKEN: not a valid token/],
    ['a bad variable', { MCP_PORT: 'abc' }, /MCP_PORT: got "abc"/],
    ['no database', { MONGODB_URI: '', SWITCHBOARD_TOKEN: 'swb_agent_nothing' }, /MONGODB_URI: not set/],
  ])('with %s it says so and ends', async (_, env, message) => {
    const { finished } = run([], environment(env));
    const { code, stdout, stderr } = await finished;
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toMatch(message);
  });

  test('an option it does not know is refused', async () => {
    const { code, stderr } = await run(['--htp'], environment()).finished;
    expect(code).toBe(64);
    expect(stderr).toContain("'--htp'");
  });
});

describe('over HTTP', () => {
  test('SIGTERM answers whoever waits, then ends with 0', async () => {
    const { child, finished, stderr } = run(['--http'], environment());
    await until(
      () => urlIn(stderr()) !== undefined,
      30_000,
      () => (child.exitCode === null ? '' : stderr()),
    );
    const client = await connect(urlIn(stderr())!, token, '2025-11-25');
    const waiting = client.call('wait_for_message', { timeoutMs: 40_000 });
    // Another call, so that the first has certainly come in.
    await client.call('list_agent_types');
    const startedMs = Date.now();
    child.kill('SIGTERM');
    expect((await waiting).data.items).toEqual([]);
    const { code, stdout } = await finished;
    expect([code, stdout]).toEqual([0, '']);
    expect(Date.now() - startedMs).toBeLessThan(10_000);
    await client.close();
  });

  test('as a child it ends when its parent is gone', async () => {
    const child = fork(BUNDLE, ['--http'], { env: environment(), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    let log = '';
    child.stderr!.on('data', chunk => (log += String(chunk)));
    await until(
      () => urlIn(log) !== undefined,
      30_000,
      () => (child.exitCode === null ? '' : log),
    );
    const ended = new Promise(resolve => child.once('exit', resolve));
    child.disconnect();
    expect(await ended).toBe(0);
  });
});
