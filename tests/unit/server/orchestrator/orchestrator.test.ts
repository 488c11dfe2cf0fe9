import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '@/lib/kernel/clock';
import { deferred } from '@/lib/kernel/deferred';
import { createClient } from '@/lib/sdk/client';
import { dispatchCalls } from '@/lib/sdk/dispatch-calls';
import { NotedClaims } from '@/lib/server/orchestrator/own-claims';
import type { Orchestrator } from '@/lib/server/orchestrator/orchestrator';
import { until } from '../../sdk/until';
import { startFakePlane, type FakePlane } from './fake-plane';
import { startOrchestrator } from './start-orchestrator';

const NO_HURRY = new AbortController().signal;
let plane: FakePlane;
let orchestrator: Orchestrator | undefined;

beforeEach(async () => {
  plane = await startFakePlane();
});
afterEach(async () => {
  await orchestrator?.stop(AbortSignal.abort());
  orchestrator = undefined;
  await plane.server.close();
});

async function start(command: string, capacity = 4): Promise<Orchestrator> {
  return (orchestrator = await startOrchestrator(plane, command, { capacity }));
}

const NOTED = 'read -r line; case $line in *quick*) echo ok;; *) sleep 300;; esac';
const refusal = (code: string, details = {}) => ({ status: 409, body: { code, detail: code, ...details } });

describe('orchestrator', () => {
  it('starts a child with the dispatch for each claim, and completes with its output', async () => {
    await start('read -r line; echo "$SWITCHBOARD_DISPATCH_ID $SWITCHBOARD_DISPATCH"; echo "$line"');
    const dispatch = plane.put({ prompt: "it's" });
    await until('completion', () => plane.of('complete').length === 1);
    const [call] = plane.of('complete');
    expect(call).toMatchObject({ id: dispatch.id, body: { epoch: 1 } });
    const [ids, json] = String(call?.body['output']).split('\n');
    expect(ids).toBe(`${dispatch.id} ${dispatch.key}`);
    expect(JSON.parse(json ?? '')).toEqual(dispatch);
    expect(plane.of('heartbeat').length).toBeGreaterThan(0);
  });

  it('tells of progress while a child writes, to stdout or stderr, and not of a silent one', async () => {
    const { sleep } = systemClock;
    const spy = vi
      .spyOn(systemClock, 'sleep')
      .mockImplementation((delayMs, signal) => sleep(delayMs === 30_000 ? 100 : delayMs, signal));
    await start(
      'read -r line; case $line in *silent*) ;; *out*) echo 1; echo 2;; *) echo 1 >&2; echo 2;; esac; sleep 300',
    );
    const silent = plane.put({ prompt: 'silent' });
    const speaking = [plane.put({ prompt: 'out' }), plane.put({ prompt: 'both' })];
    const last = (id: string) => plane.of('progress').findLast(call => call.id === id)?.body;
    await until('both told', () => speaking.every(({ id }) => last(id)?.['state'] === 'wrote 2 lines'));
    expect(plane.of('progress').filter(call => call.id === silent.id)).toEqual([]);
    spy.mockRestore();
  });

  it('finds work that no event announced', async () => {
    await start('echo swept');
    plane.put({}, false);
    await until('completion', () => plane.of('complete').length === 1, 4_000);
  });

  it('never runs more children than its capacity, and takes the next when one ends', async () => {
    await start('sleep 0.3; echo done', 2);
    for (let count = 0; count < 5; count += 1) plane.put({});
    await until('two started', () => plane.of('heartbeat').length === 2);
    await until('all done', () => plane.of('complete').length === 5);
    expect(plane.of('heartbeat')).toHaveLength(5);
  });

  it('fails for good, with the end of stderr, or to be tried again on exit 75', async () => {
    await start('read -r line; echo sorry >&2; case $line in *again*) exit 75;; *) exit 9;; esac');
    plane.put({ prompt: 'again' });
    plane.put({ prompt: 'never' });
    await until('both failed', () => plane.of('fail').length === 2);
    const verdicts = plane.of('fail').map(call => call.body['retryable']);
    expect(verdicts.toSorted()).toEqual([false, true]);
    expect(plane.of('fail')[0]?.body['error']).toContain('sorry');
  });

  it('takes a completion that is refused as waiting for an end', async () => {
    plane.answer = call => (call.verb === 'complete' ? refusal('waiting') : undefined);
    await start('echo asked');
    plane.put({});
    await until('the try', () => plane.of('complete').length === 1);
    expect(plane.of('fail')).toEqual([]);
  });

  it('stops the child on a cancel, told by an event before the next heartbeat is due', async () => {
    await start(`trap 'exit 0' TERM; while :; do sleep 0.05; done`);
    const dispatch = plane.put({});
    await until('a beat', () => plane.of('heartbeat').length === 1);
    const { id, epoch } = dispatch;
    plane.answer = call =>
      call.verb === 'heartbeat'
        ? { status: 200, body: { id, epoch, status: 'cancelling', leaseUntil: null, cancelRequested: true } }
        : undefined;
    plane.emit('dispatch-updated', { id, status: 'cancelling' });
    await until('the last word', () => plane.of('fail').length === 1);
    expect(plane.of('fail')[0]?.body).toMatchObject({ retryable: false });
    expect(plane.of('complete')).toEqual([]);
  });

  it('hands in what a program said that ended while this process was frozen, whatever it hears first', async () => {
    // What it leaves behind holds its output open, so that its end takes a moment to be heard.
    await start('sleep 0.3; echo late; sleep 2 &');
    const dispatch = plane.put({ leaseMs: 150 });
    await until('a beat', () => plane.of('heartbeat').length > 0);
    plane.answer = () => refusal('stale-epoch', { currentEpoch: 2, dispatchStatus: 'running' });
    // As under SIGSTOP: nothing of this process runs, while its program goes on and ends.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    await until('the late word', () => plane.of('complete').length === 1);
    const [call] = plane.of('complete');
    expect(call).toMatchObject({ id: dispatch.id, body: { epoch: 1, output: 'late' } });
  });

  it('kills the child of a stale epoch and says nothing more about it', async () => {
    plane.answer = call =>
      call.verb === 'heartbeat' ? refusal('stale-epoch', { currentEpoch: 2, dispatchStatus: 'running' }) : undefined;
    const running = await start('sleep 300', 1);
    plane.put({});
    await until('a beat', () => plane.of('heartbeat').length === 1);
    plane.answer = () => undefined;
    plane.put({});
    await until('the place is free again', () => plane.of('heartbeat').length === 2);
    expect(plane.of('complete').concat(plane.of('fail'))).toEqual([]);
    await running.stop(AbortSignal.abort());
  });

  it('keeps the child while the server is away and delivers when it is back', async () => {
    await start('sleep 0.5; echo kept', 1);
    plane.put({ leaseMs: 1_000 });
    await until('a beat', () => plane.of('heartbeat').length === 1);
    plane.answer = () => 'hang up';
    await new Promise(resolve => setTimeout(resolve, 1_500));
    plane.answer = () => undefined;
    await until('delivered', () => plane.of('complete').length === 1, 14_000);
    expect(plane.of('complete')[0]?.body['output']).toBe('kept');
  });

  it('gives unfinished work back when stopped, and lets what is nearly done finish', async () => {
    const running = await start('read -r line; case $line in *quick*) sleep 0.5; echo ok;; *) sleep 300;; esac');
    const long = plane.put({ prompt: 'long' });
    const quick = plane.put({ prompt: 'quick' });
    await until('both run', () => plane.of('heartbeat').length === 2);
    const startMs = Date.now();
    await running.stop(NO_HURRY);
    expect(Date.now() - startMs).toBeLessThan(8_500);
    expect(plane.of('complete').map(call => call.id)).toEqual([quick.id]);
    expect(plane.of('release').map(call => call.id)).toEqual([long.id]);
  });

  it('gives back what a lost answer had claimed, and what an earlier life left', async () => {
    plane.strays = [{ id: 'a'.repeat(24), epoch: 7 }];
    await start('echo x');
    expect(plane.of('release')).toMatchObject([{ id: 'a'.repeat(24), body: { epoch: 7 } }]);
    plane.strays = [{ id: 'b'.repeat(24), epoch: 2 }];
    plane.answer = call => (call.verb === 'claim' ? 'hang up' : undefined);
    await until('the second release', () => plane.of('release').length === 2);
    plane.answer = () => undefined;
    plane.strays = [];
    plane.put({});
    await until('work again', () => plane.of('complete').length === 1);
  });

  it('under a name that another may have too, gives back what it noted itself, also in an earlier life, and nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-claims-'));
    try {
      const [mine, foreign, later] = ['a', 'b', 'a'].map((letter, at) => ({ id: letter.repeat(24), epoch: 1 + at }));
      new NotedClaims(folder).note(mine!.id, mine!.epoch);
      plane.strays = [mine!, foreign!, later!];
      orchestrator = await startOrchestrator(plane, NOTED, { ownClaims: new NotedClaims(folder) });
      expect(plane.of('release')).toMatchObject([{ id: mine!.id, body: { epoch: mine!.epoch } }]);
      const quick = plane.put({ prompt: 'quick' });
      await until('it is done', () => plane.of('complete').length === 1);
      await until('it is no longer noted', () => !readdirSync(folder).includes(`${quick.id}.1`));
      const long = plane.put({});
      await until('it runs', () => plane.of('heartbeat').some(({ id }) => id === long.id));
      // The plane does not hear that it is given back.
      plane.answer = call => (call.verb === 'release' ? refusal('stale-epoch') : undefined);
      await orchestrator.stop(AbortSignal.abort());
      expect(readdirSync(folder)).toEqual([`${long.id}.1`]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('goes on where claims cannot be noted, nor struck out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-claims-'));
    const rejected: unknown[] = [];
    const onRejected = (error: unknown) => rejected.push(error);
    process.on('unhandledRejection', onRejected);
    try {
      const inTheWay = join(folder, 'a-file');
      writeFileSync(inTheWay, '');
      orchestrator = await startOrchestrator(plane, 'echo ok', { ownClaims: new NotedClaims(inTheWay) });
      for (const count of [1, 2]) {
        plane.put({});
        await until('it is done', () => plane.of('complete').length === count);
      }
      await orchestrator.stop(AbortSignal.abort());
      expect(rejected).toEqual([]);
    } finally {
      process.off('unhandledRejection', onRejected);
      rmSync(folder, { recursive: true });
    }
  });

  it('gives back what a claim had taken that was answered with 503: some of what it went for may stand', async () => {
    await start('echo x');
    plane.strays = [{ id: 'd'.repeat(24), epoch: 4 }];
    plane.answer = call => (call.verb === 'claim' ? { status: 503, body: { code: 'unavailable' } } : undefined);
    await until('the release', () => plane.of('release').length === 1);
    expect(plane.of('release')).toMatchObject([{ id: 'd'.repeat(24), body: { epoch: 4 } }]);
  });

  it('gives it back too when the server is still away as it looks, and answers from the next claim on', async () => {
    await start('echo x');
    plane.strays = [{ id: 'c'.repeat(24), epoch: 3 }];
    let looks = 0;
    plane.answer = call => {
      if (call.verb === 'list') looks += 1;
      // One look is tried 4 times.
      if (looks === 4) plane.answer = () => undefined;
      return 'hang up';
    };
    await until('the release', () => plane.of('release').length === 1, 14_000);
  });

  it('gives back the others when one of them ended meanwhile', async () => {
    plane.strays = ['a', 'b', 'c'].map(letter => ({ id: letter.repeat(24), epoch: 1 }));
    plane.answer = call =>
      call.verb === 'release' && call.id.startsWith('a') ? refusal('stale-epoch', { currentEpoch: 2 }) : undefined;
    await start('echo x');
    expect(plane.of('release').map(({ id }) => id[0])).toEqual(['a', 'b', 'c']);
  });

  it('claims nothing once it is stopped, though it looked for what it holds as the stop came', async () => {
    const running = await start('echo x');
    let looks = 0;
    plane.answer = call => {
      if (call.verb === 'list') looks += 1;
      return 'hang up';
    };
    await until('a look without an answer', () => looks > 0);
    const { claims } = plane;
    const stopped = running.stop(NO_HURRY);
    plane.answer = () => undefined;
    await stopped;
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(plane.claims).toBe(claims);
  });

  it('gives back before it ends what a claim brings that is answered during the stop', async () => {
    const calls = dispatchCalls(createClient({ baseUrl: plane.server.url, token: 't' }));
    const answered = deferred<void>();
    let isTaken = false;
    orchestrator = await startOrchestrator(plane, 'sleep 300', {
      calls: {
        ...calls,
        claim: async options => {
          const result = await calls.claim(options);
          isTaken = result.dispatches.length > 0;
          if (isTaken) await answered.promise;
          return result;
        },
        release: async (...args) => {
          await new Promise(resolve => setTimeout(resolve, 300));
          return calls.release(...args);
        },
      },
    });
    const { id } = plane.put({});
    await until('it is taken', () => isTaken);
    const stopped = orchestrator.stop(AbortSignal.abort());
    // Past what it does at once, as with a second Ctrl-C.
    await new Promise(resolve => setTimeout(resolve, 50));
    answered.resolve();
    await stopped;
    expect(plane.of('release')).toMatchObject([{ id, body: { epoch: 1 } }]);
  });

  it('replaces the child of an epoch that was resumed under the next', async () => {
    await start('read -r line; case $line in *second*) echo resumed;; *) sleep 300;; esac', 2);
    const first = plane.put({ prompt: 'first' });
    await until('it runs', () => plane.of('heartbeat').length === 1);
    plane.put({ ...first, epoch: 2, mode: 'resume', prompt: 'second' });
    await until('the resumed one is done', () => plane.of('complete').length === 1);
    expect(plane.of('complete')[0]).toMatchObject({ id: first.id, body: { epoch: 2, output: 'resumed' } });
  });
});
