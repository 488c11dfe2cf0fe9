import { ObjectId } from 'mongodb';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import { sweepDispatches } from '@/lib/services/dispatches/sweep';
import { RunSweep } from '@/lib/services/runs/sweep-runs';
import { newId } from '@/lib/store/ids';
import { programOf } from '@/tests/support/program';
import { makeRunRig, type RunRig } from './run-rig';

let rig: RunRig;
beforeAll(async () => {
  rig = await makeRunRig();
});

/** Makes one move in a process of its own, which is killed at the seam. */
async function dieAt(seam: string, move: string, given: object): Promise<void> {
  const { uri, name } = rig.database;
  const program = await programOf('tests/support/run-and-die.ts');
  const child = spawn(process.execPath, [program, uri, name, move, JSON.stringify(given)], {
    env: { ...process.env, SWITCHBOARD_CRASH_AT: seam },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  expect(signal, `${move} was to be killed at ${seam}`).toBe('SIGKILL');
}

/** What a running process does by itself, until it is as it should be. */
async function heal(isWhole: () => Promise<boolean>): Promise<void> {
  const runs = new RunSweep(rig.plane);
  // As if the moment in which the dead one might still be at it had passed.
  const past = new Date(Date.now() - 10_000);
  await rig.c.dispatches.updateMany({ settled: false }, { $set: { updatedAt: past } });
  for (const until = Date.now() + 20_000; Date.now() < until;) {
    await sweepDispatches(rig.plane);
    await runs.run();
    if (await isWhole()) return;
  }
  throw new Error('the sweeps did not bring it back');
}

const patience = { timeout: 60_000 };

describe('a run whose opener is killed', () => {
  it.each(['run:after-insert', 'run:after-thread', 'run:after-message'])(
    '%s is opened by the sweep',
    patience,
    async seam => {
      const runId = newId().toHexString();
      await dieAt(seam, 'open', { runId });
      const run = await rig.run({ id: runId } as never);
      await heal(async () => (await rig.c.tasks.countDocuments({ runId: new ObjectId(runId), kind: 'plan' })) === 1);
      const planner = await rig.planner(run);
      expect(planner.thread?.messages.map(({ body }) => body)).toEqual(['cut off']);
    },
  );
});

const opened = async (keys: string[]) => {
  const run = await rig.open();
  const planner = await rig.planner(run);
  await rig.plan(
    planner,
    keys.map(key => ({ key })),
  );
  return { run, planner };
};

describe('a run whose planner’s or worker’s process is killed', () => {
  it('after the tasks of a plan: planned again they are the same, each once', patience, async () => {
    const { run, planner } = await opened(['a']);
    const tasks = [{ key: 'b', title: 'b', assignedTo: 'qa', dependsOn: ['a'] }];
    await rig.complete(await rig.worker(run, 'a'));
    await dieAt('plan:after-tasks', 'plan', { key: planner.key, tasks });
    await heal(async () => (await rig.task(run, 'b')).status === 'ready');
    const [again] = await rig.plan(planner, [{ ...tasks[0] }]);
    expect(again).toMatchObject({ key: 'b', status: 'ready' });
  });

  it('between the turn’s end and what follows: it waits, and is woken', patience, async () => {
    const { run, planner } = await opened(['a']);
    await dieAt('turn:after-park', 'complete', { id: planner.id, epoch: 1, output: 'planned' });
    await rig.complete(await rig.worker(run, 'a'));
    await heal(async () => (await rig.c.dispatches.countDocuments({ settled: false })) === 0);
    const turn = await rig.planner(run);
    expect(turn).toMatchObject({ mode: 'resume', epoch: 2 });
    expect(turn.thread?.messages.map(({ body }) => body)).toContain('planned');
  });

  it.each(['complete:after-outcome', 'run:after-news', 'settle:before-mark'])(
    '%s: the task’s end is told once, and the planner comes back',
    patience,
    async seam => {
      const { run, planner } = await opened(['a']);
      await rig.complete(planner);
      const worker = await rig.worker(run, 'a');
      await dieAt(seam, 'complete', { id: worker.id, epoch: 1, output: 'made' });
      await heal(async () => (await rig.c.dispatches.countDocuments({ settled: false })) === 0);
      expect((await rig.task(run, 'a')).status).toBe('done');
      const turn = await rig.planner(run);
      const told = (await rig.say(run)).filter(({ kind }) => kind === 'system');
      expect(told).toHaveLength(2);
      await rig.complete(turn, 'the end');
      expect(await rig.run(run)).toMatchObject({ status: 'done', result: { output: 'the end' } });
    },
  );

  it('after the planner’s result was accepted: the run is closed with it', patience, async () => {
    const { run, planner } = await opened(['a']);
    await rig.complete(planner);
    await rig.complete(await rig.worker(run, 'a'));
    const turn = await rig.planner(run);
    await dieAt('complete:after-outcome', 'complete', { id: turn.id, epoch: turn.epoch, output: 'the result' });
    await heal(async () => (await rig.run(run)).status === 'done');
    expect(await rig.run(run)).toMatchObject({ result: { output: 'the result' } });
  });

  it('after a cancel was said: everything of it is stopped', patience, async () => {
    const { run, planner } = await opened(['a', 'b']);
    await rig.complete(planner);
    await dieAt('run:after-cancel', 'cancel', { runId: run.id });
    await heal(async () => (await rig.task(run, 'b')).status === 'cancelled');
    expect((await rig.task(run, 'a')).status).toBe('cancelled');
    await expect(rig.planner(run)).rejects.toThrow('taken');
  });
});
