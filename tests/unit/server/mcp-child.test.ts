import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMcpChild, type McpChild } from '@/lib/server/mcp-child';
import { createLogger } from '@/lib/telemetry/logger';
import { until } from '../sdk/until';

const NODE = process.execPath;
let folder: string;
let mcp: McpChild;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-mcp-child-'));
  const path = join(folder, 'server.mjs');
  writeFileSync(path, `process.send('listening'); process.on('disconnect', () => process.exit());`);
  mcp = createMcpChild({ path, env: process.env, log: createLogger({ name: 'test', level: 'silent' }) });
});
afterEach(async () => {
  process.execPath = NODE;
  await mcp.stop();
  rmSync(folder, { recursive: true });
});

it.each([
  ['tells of by an error', '/no/such/node'],
  ['refuses with a throw', 'a\0b'],
])('starts the MCP server again after a fork that the system %s', async (_how, execPath) => {
  const pids: (number | undefined)[] = [];
  process.execPath = execPath;
  mcp.start(pid => pids.push(pid));
  expect(mcp.isListening()).toBe(false);
  process.execPath = NODE;
  await until('it listens', () => mcp.isListening(), 12_000);
  expect(pids.at(-1)).toBeTypeOf('number');
});
