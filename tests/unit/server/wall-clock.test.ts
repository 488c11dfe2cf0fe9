import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { deferred } from '@/lib/kernel/deferred';
import { childPort } from '@/lib/server/child-port';
import { acquireFileLock } from '@/lib/server/file-lock.mjs';
import { createMcpChild, type McpChild } from '@/lib/server/mcp-child';
import { runWatched } from '@/lib/server/mongod/watched-command';
import { HeadText } from '@/lib/server/orchestrator/bounded-text';
import { startChild } from '@/lib/server/orchestrator/child-process';
import { OrphanGuard } from '@/lib/server/orchestrator/orphan-guard';
import { isGroupAlive } from '@/lib/server/orchestrator/process-group';
import { REPLACED, takeOver } from '@/lib/server/orchestrator-skill/take-over';
import { startPagesThread, type PagesThread } from '@/lib/server/pages-thread';
import type { Logger } from '@/lib/telemetry/logger';

/** The wall clock is set while something lasts, as a machine's is once it hears the time: that lasts as long as ever. */

const NODE = process.execPath;
const HOUR_MS = 3_600_000;
afterEach(() => {
  process.execPath = NODE;
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function setAheadEachTime(): void {
  let hours = 0;
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + (hours += 1) * HOUR_MS);
}

it('a port that the child of a killed server still holds is waited for', async () => {
  const holder = createServer();
  await new Promise<void>(resolve => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  setAheadEachTime();
  const leaving = new Promise(resolve => setTimeout(() => holder.close(resolve), 150));
  const [found] = await Promise.all([childPort({ host: '127.0.0.1', port, portVariable: 'MCP_PORT' }), leaving]);
  expect(found).toBe(port);
});

it('a downloader that began just now is not ended', async () => {
  setAheadEachTime();
  const limits = { firstByteMs: 60_000, stallMs: 60_000, totalMs: 60_000, report: () => undefined };
  const slow = { command: '/bin/sh', args: ['-c', 'sleep 0.8'], folder: '/nowhere', ...limits };
  await expect(runWatched(slow)).resolves.toBeUndefined();
});

/** Delays before each start of what ends as soon as it was started, five times. */
async function delaysOf(start: (log: Logger) => void): Promise<number[]> {
  const delays: number[] = [];
  const five = deferred<void>();
  const error = ({ delayMs }: { delayMs: number }) => {
    delays.push(delayMs);
    if (delays.length === 5) five.resolve();
  };
  vi.useFakeTimers({ toFake: ['setTimeout'] }).setTimerTickMode('nextTimerAsync');
  setAheadEachTime();
  start({ error } as unknown as Logger);
  await five.promise;
  return delays;
}

it('what ends at once is started again ever more slowly', async () => {
  // A fork that throws.
  process.execPath = 'a\0b';
  let mcp: McpChild | undefined;
  const delays = await delaysOf(log => {
    mcp = createMcpChild({ path: 'none', env: process.env, log });
    mcp.start(() => undefined);
  });
  await mcp?.stop();
  expect(delays.at(-1)).toBeGreaterThan(4_000);
});

it('and so is the page server', async () => {
  let thread: PagesThread | undefined;
  const delays = await delaysOf(log => {
    thread = startPagesThread('/no/such/file.mjs', { root: '' }, log);
    thread.ready.catch(() => undefined);
  });
  await thread?.stop();
  expect(delays.at(-1)).toBeGreaterThan(4_000);
});

it('whoever holds a lock that is taken over has its time to let go', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-take-over-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const held = acquireFileLock(folder, 'beat');
  if (!held.acquired) throw new Error('an empty folder is locked');
  // This process holds it, and is told so.
  const letGo = () => setTimeout(held.release, 150);
  process.once(REPLACED, letGo);
  onTestFinished(() => void process.off(REPLACED, letGo));
  setAheadEachTime();
  const release = await takeOver(folder, 'beat');
  release();
});

async function started(command: string) {
  const guard = new OrphanGuard();
  guard.start();
  onTestFinished(() => guard.stop());
  const ready = deferred<void>();
  const env = { PATH: process.env['PATH'] };
  const child = startChild({ command, args: [], env, stdin: '', output: new HeadText(100) }, guard, () =>
    ready.resolve(),
  );
  await ready.promise;
  return child;
}
const DEAF = `trap '' TERM; echo ready >&2; while :; do sleep 0.05; done`;

it('a child that is told to stop twice has the shorter of the two times, whatever the clock is set to between', async () => {
  for (const hours of [1, -1]) {
    const child = await started(DEAF);
    const [first, second] = hours > 0 ? [60_000, 300] : [300, 60_000];
    child.stop(first);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + hours * HOUR_MS);
    child.stop(second);
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL' });
    vi.restoreAllMocks();
    await child.gone;
  }
});

it('what a child leaves behind is waited for', async () => {
  const child = await started(`(${DEAF}) & while :; do sleep 0.05; done`);
  process.kill(child.pid!, 'SIGKILL');
  await child.ended;
  setAheadEachTime();
  await child.gone;
  expect(isGroupAlive(child.pid!)).toBe(false);
});
