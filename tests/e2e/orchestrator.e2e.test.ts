import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';
import { processesOf, startOrchestrator, stopOrchestrators } from './orchestrator-process';

/** The headless orchestrator as it runs: real processes, real signals, the real server. */

let board: Switchboard;
beforeAll(async () => {
  board = await startSwitchboard();
});
afterEach(stopOrchestrators);
afterAll(async () => {
  expect(await board?.stop()).toBe(0);
});

const send = async (body: string, assignedTo = 'research'): Promise<string> =>
  (await board.api('POST', '/api/messages', { assignedTo, body })).body.id as string;
const message = async (id: string) => (await board.api('GET', `/api/messages/${id}`)).body;
const dispatchOf = async (messageId: string) =>
  (await board.api('GET', `/api/dispatches?sourceId=${messageId}`)).body.items[0] as {
    id: string;
    status: string;
    attempt: number;
    epoch: number;
    error: string | null;
  };
const reaches = (id: string, status: string, withinMs = 30_000) =>
  until(async () => (await message(id)).status === status, withinMs);
const answersTo = async (id: string) => {
  const { items } = (await board.api('GET', `/api/messages?threadId=${id}`)).body as {
    items: { inReplyTo: string | null; body: string; from: { kind: string; id: string } }[];
  };
  return items.filter(item => item.inReplyTo === id);
};
const LONG = 'sleep 600 & sleep 600';

describe('headless orchestrator', () => {
  it('signs in by itself on this machine, answers a message, and exits 0 on SIGTERM', async () => {
    const orchestrator = startOrchestrator(board, [
      '--exec',
      'cat >/dev/null; echo "done by $SWITCHBOARD_DISPATCH_ID"',
    ]);
    const id = await send('hello');
    await reaches(id, 'done');
    const dispatch = await dispatchOf(id);
    expect(await answersTo(id)).toMatchObject([
      { body: `done by ${dispatch.id}`, from: { kind: 'agent', id: 'research' } },
    ]);
    expect(statSync(join(board.dataDir, 'orchestrator-token')).mode & 0o777).toBe(0o600);
    expect(await orchestrator.kill('SIGTERM')).toBe(0);
    const token = readFileSync(join(board.dataDir, 'orchestrator-token'), 'utf8').trim();
    expect(JSON.stringify(orchestrator.lines())).not.toContain(token);
    expect(orchestrator.lines().map(line => line['msg'])).toEqual(
      expect.arrayContaining(['claim', 'complete', 'stopped']),
    );
  });

  it('fails for good with the reason, and tries again after exit 75', async () => {
    const marker = join(board.dataDir, 'tried-once');
    startOrchestrator(board, [
      '--exec',
      `read -r line; case $line in *flaky*) [ -e ${marker} ] && { echo better; exit 0; }; touch ${marker}; exit 75;; esac; echo "no such thing" >&2; exit 3`,
    ]);
    const hopeless = await send('hopeless');
    const flaky = await send('flaky');
    await reaches(hopeless, 'dead');
    expect((await message(hopeless)).reason).toContain('no such thing');
    await reaches(flaky, 'done');
    expect((await dispatchOf(flaky)).attempt).toBe(2);
  });

  it('stops a cancelled child, with everything it started', async () => {
    startOrchestrator(board, ['--exec', LONG]);
    const id = await send('long');
    await reaches(id, 'claimed');
    const dispatch = await dispatchOf(id);
    await until(() => processesOf(dispatch.id).length > 0, 20_000);
    await board.api('POST', `/api/dispatches/${dispatch.id}/cancel`);
    await until(async () => (await dispatchOf(id)).status === 'cancelled', 20_000);
    await until(() => processesOf(dispatch.id).length === 0, 20_000);
  });

  it('gives unfinished work back within 10 s of SIGTERM, spending no attempt and leaving no process', async () => {
    const orchestrator = startOrchestrator(board, ['--exec', LONG]);
    const id = await send('unfinished');
    await reaches(id, 'claimed');
    const dispatch = await dispatchOf(id);
    const startMs = Date.now();
    expect(await orchestrator.kill('SIGTERM')).toBe(0);
    expect(Date.now() - startMs).toBeLessThan(10_000);
    expect(processesOf(dispatch.id)).toEqual([]);
    expect(await message(id)).toMatchObject({ status: 'queued', attempts: 0 });
    startOrchestrator(board, ['--exec', 'echo taken up']);
    await reaches(id, 'done');
    expect((await dispatchOf(id)).attempt).toBe(1);
  });

  it('leaves no orphan when killed -9, and takes its work up again at the next start', async () => {
    const orchestrator = startOrchestrator(board, ['--exec', LONG]);
    const id = await send('killed');
    await reaches(id, 'claimed');
    const dispatch = await dispatchOf(id);
    await until(() => processesOf(dispatch.id).length > 0, 20_000);
    await orchestrator.kill('SIGKILL');
    await until(() => processesOf(dispatch.id).length === 0, 20_000);
    startOrchestrator(board, ['--exec', 'echo taken up']);
    await reaches(id, 'done');
    expect(await dispatchOf(id)).toMatchObject({ attempt: 1 });
  });

  it('leaves alone what another of its name does from another data folder, and takes up its own', async () => {
    const folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'switchboard-namesake-')));
    const token = await board.tokenFor('orchestrator');
    const start = (at: number, exec: string) =>
      startOrchestrator(board, ['--consumer', 'namesake', '--capacity', '1', '--exec', exec], {
        SWITCHBOARD_URL: board.url,
        SWITCHBOARD_TOKEN: token,
        SWITCHBOARD_DATA: folders[at]!,
      });
    const first = start(0, LONG);
    const long = await send('long');
    await reaches(long, 'claimed');
    const dispatch = await dispatchOf(long);
    const second = start(1, 'echo of the second');
    await reaches(await send('quick'), 'done');
    expect(await dispatchOf(long)).toMatchObject({ id: dispatch.id, status: 'running', epoch: dispatch.epoch });
    expect(processesOf(dispatch.id)).not.toEqual([]);

    expect(await second.kill('SIGTERM')).toBe(0);
    await first.kill('SIGKILL');
    start(0, 'echo taken up');
    await reaches(long, 'done');
    expect(await dispatchOf(long)).toMatchObject({ attempt: 1 });
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('keeps its children while the server is killed and restarted, and delivers afterwards', async () => {
    const release = join(board.dataDir, 'go');
    startOrchestrator(board, ['--exec', `while [ ! -e ${release} ]; do sleep 0.1; done; echo survived`]);
    const id = await send('through a crash');
    await reaches(id, 'claimed');
    await board.kill();
    await board.restart();
    writeFileSync(release, '');
    await reaches(id, 'done');
    expect(await answersTo(id)).toMatchObject([{ body: 'survived' }]);
  });

  it('shares work between two without doing any of it twice', async () => {
    const log = join(board.dataDir, 'starts');
    const exec = `cat >/dev/null; echo $SWITCHBOARD_DISPATCH_ID >> ${log}; echo ok`;
    startOrchestrator(board, ['--exec', exec, '--capacity', '2']);
    startOrchestrator(board, ['--exec', exec, '--capacity', '2']);
    const ids = await Promise.all(Array.from({ length: 24 }, (_, n) => send(`work ${n}`, n % 2 ? 'research' : 'qa')));
    for (const id of ids) await reaches(id, 'done');
    const started = readFileSync(log, 'utf8').trim().split('\n');
    expect(started).toHaveLength(ids.length);
    expect(new Set(started).size).toBe(ids.length);
    for (const id of ids) expect(await answersTo(id)).toHaveLength(1);
  });

  it('refuses what cannot work, naming it', async () => {
    const refused = async (args: string[], env: Record<string, string> = {}) => {
      const { exited } = startOrchestrator(board, args, env);
      return exited;
    };
    expect(await refused([])).not.toBe(0);
    expect(await refused(['--exec', './no-such-program --fast'])).not.toBe(0);
    expect(await refused(['--exec', 'true', '--capacity', 'many'])).not.toBe(0);
    expect(await refused(['--exec', 'true'], { SWITCHBOARD_TOKEN: 'swb_orchestrator_nonsense' })).not.toBe(0);
    const viewer = await board.tokenFor('viewer');
    expect(await refused(['--exec', 'true'], { SWITCHBOARD_TOKEN: viewer })).not.toBe(0);
  });
});
