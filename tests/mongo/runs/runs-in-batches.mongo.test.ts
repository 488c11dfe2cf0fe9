import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { askFromDispatch } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { completeDispatch } from '@/lib/services/dispatches/life-cycle';
import { raiseBlocker } from '@/lib/services/dispatches/questions/raise-blocker';
import { acceptLateOutput } from '@/lib/services/dispatches/steer-dispatch';
import { submitResult } from '@/lib/services/dispatches/submit-result';
import { cancelRun } from '@/lib/services/runs/cancel-run';
import { cancelTask, redriveTask } from '@/lib/services/tasks/change-task';
import { heldBy, WORK_WORDS } from '@/lib/store/work-items';
import { makeRunRig, type RunRig } from './run-rig';

let rig: RunRig;
beforeAll(async () => {
  rig = await makeRunRig();
});

const stored = (id: string) => rig.c.dispatches.findOne({ _id: new ObjectId(id) });

describe('what ends in batches', () => {
  it('ends workers, and of a planner only the turn', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }, { key: 'b' }, { key: 'c' }]);
    const [a, b] = [await rig.worker(run, 'a'), await rig.worker(run, 'b')];
    const items = [planner, a, b].map(({ id, epoch }) => ({ id, epoch, output: `by ${id}` }));
    const { results } = await completeDispatches(rig.night, { items });
    expect(results.map(({ status }) => status)).toEqual(['waiting', 'done', 'done']);
    expect((await completeDispatches(rig.night, { items })).results).toEqual(results);
    expect((await rig.run(run)).status).toBe('running');
    // Both are news, once.
    const next = await rig.planner(run);
    expect(next).toMatchObject({ id: planner.id, epoch: 2 });
    expect(next.prompt).toContain(`Task a (${rig.taskId(run, 'a')}, qa) is done.`);
    expect(next.prompt).toContain(`Task b (${rig.taskId(run, 'b')}, qa) is done.`);
    expect(await rig.unread(run)).toEqual([]);
  });

  it('claims many tasks of a run at once, each with its run and its place in it', async () => {
    const run = await rig.open();
    await rig.plan(await rig.planner(run), [
      { key: 'a', assignedTo: 'legal' },
      { key: 'b', assignedTo: 'legal' },
    ]);
    const { dispatches } = await claimDispatches(rig.night, {
      consumer: 'many',
      max: 10,
      waitMs: 0,
      agentTypes: ['legal'],
    });
    expect(dispatches).toHaveLength(2);
    for (const { id } of dispatches) {
      expect(await stored(id)).toMatchObject({
        runId: new ObjectId(run.id),
        run: { id: new ObjectId(run.id), tier: 'worker' },
      });
    }
  });
});

describe('a turn that was cut off before its effects', () => {
  it('stands whole once its end is answered again', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }]);
    vi.spyOn(rig.c.messages, 'findOneAndUpdate').mockRejectedValueOnce(new Error('killed'));
    await expect(rig.complete(planner, 'planned it')).rejects.toThrow('killed');
    expect(await rig.complete(planner, 'planned it')).toMatchObject({ status: 'waiting' });
    expect(await stored(planner.id)).toMatchObject({ settled: true });
    expect((await rig.say(run)).map(({ body }) => body)).toContain('planned it');
  });
});

describe('what a planner used', () => {
  it('is kept by turn, once a turn, and added up', async () => {
    const run = await rig.open();
    const first = await rig.planner(run);
    await rig.plan(first, [{ key: 'a' }]);
    const turn = { epoch: first.epoch, output: '', usage: { inputTokens: 10 } };
    await completeDispatch(rig.night, first.id, turn);
    // The session tells later what the turn cost: it fills in, and counts nothing twice.
    await completeDispatch(rig.night, first.id, { ...turn, usage: { inputTokens: 10, costUsd: 0.5 } });
    expect(await stored(first.id)).toMatchObject({
      status: 'waiting',
      usages: [{ epoch: 1, inputTokens: 10, costUsd: 0.5 }],
    });
    await rig.complete(await rig.worker(run, 'a'));
    const second = await rig.planner(run);
    const last = { epoch: second.epoch, output: 'all done', usage: { inputTokens: 5, costUsd: 0.25 } };
    expect(await completeDispatch(rig.night, second.id, last)).toMatchObject({ status: 'done' });
    expect(await stored(first.id)).toMatchObject({ usage: { inputTokens: 15, costUsd: 0.75 } });
    const turns = [`${first.id}/1`, `${first.id}/2`];
    const spent = await rig.c.spend
      .find({ _id: { $in: turns } })
      .sort({ _id: 1 })
      .toArray();
    expect(spent.map(({ nanoUsd }) => nanoUsd)).toEqual([500_000_000, 250_000_000]);
  });
});

describe('a person steers work of a run', () => {
  it('redrives a dead task by itself, and the run is not blocked by it any more', async () => {
    const run = await rig.open();
    await rig.plan(await rig.planner(run), [{ key: 'a' }]);
    const id = rig.taskId(run, 'a');
    await rig.c.tasks.updateOne({ _id: new ObjectId(id) }, { $set: { status: 'dead', reason: 'gave up' } });
    await rig.c.runs.updateOne({ _id: new ObjectId(run.id) }, { $set: { status: 'blocked', reason: 'a is dead' } });
    expect(await redriveTask(rig.person, id)).toMatchObject({ status: 'ready' });
    expect(await rig.run(run)).toMatchObject({ status: 'running' });
  });

  it('has an incomplete task done again, and its dependents start; but not in a run that is over', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [
      { key: 'a', deliverables: [{ name: 'page' }] },
      { key: 'b', dependsOn: ['a'] },
    ]);
    await rig.complete(await rig.worker(run, 'a'), 'without the page');
    expect(await rig.task(run, 'a')).toMatchObject({ status: 'incomplete' });
    expect(await rig.run(run)).toMatchObject({ status: 'blocked' });
    const id = rig.taskId(run, 'a');
    expect(await redriveTask(rig.person, id)).toMatchObject({ status: 'ready', attempts: 0, result: null });
    expect(await rig.run(run)).toMatchObject({ status: 'running' });
    const again = await rig.worker(run, 'a');
    expect(again).toMatchObject({ epoch: 2, attempt: 1 });
    await submitResult(await rig.as(again), { output: 'with it', deliverables: [{ name: 'page', value: 'tea' }] });
    expect(await rig.task(run, 'a')).toMatchObject({ status: 'done' });
    expect(await rig.task(run, 'b')).toMatchObject({ status: 'ready' });
    await rig.complete(await rig.worker(run, 'b'));
    await rig.c.tasks.updateOne({ _id: new ObjectId(id) }, { $set: { status: 'dead' } });
    await cancelRun(rig.person, run.id);
    await expect(redriveTask(rig.person, id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('accepts a late output, and the planner hears that the task is done', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }]);
    const a = await rig.worker(run, 'a');
    await cancelTask(rig.person, rig.taskId(run, 'a'));
    await rig.complete(a, 'just in time');
    await rig.complete(planner, '');
    expect((await rig.task(run, 'a')).status).toBe('cancelled');
    const told = await rig.planner(run);
    await rig.plan(told, [{ key: 'b' }]);
    await rig.complete(told, '');
    await acceptLateOutput(rig.person, a.id);
    expect(await rig.task(run, 'a')).toMatchObject({ status: 'done' });
    const results = await rig.c.reports.find({ taskId: new ObjectId(rig.taskId(run, 'a')), kind: 'result' }).toArray();
    expect(results.map(({ said }) => said['output'])).toEqual(['just in time']);
    expect((await rig.planner(run)).prompt).toContain(`Task a (${rig.taskId(run, 'a')}, qa) is done.`);
  });

  it('cancels a task that is blocked', async () => {
    const run = await rig.open();
    await rig.plan(await rig.planner(run), [{ key: 'a' }]);
    const caller = await rig.as(await rig.worker(run, 'a'));
    await raiseBlocker(caller, { reason: 'no key', needs: 'a key' });
    expect((await rig.task(run, 'a')).status).toBe('blocked');
    expect(await cancelTask(rig.person, rig.taskId(run, 'a'))).toMatchObject({ status: 'cancelled' });
  });
});

describe('a resume that died between its two writes', () => {
  it.each(['waiting', 'blocked'] as const)('still holds the task that stands %s at the earlier epoch', async status => {
    const run = await rig.open();
    await rig.plan(await rig.planner(run), [{ key: 'a' }]);
    const a = await rig.worker(run, 'a');
    await askFromDispatch(await rig.as(a), { question: 'which?' });
    const id = new ObjectId(rig.taskId(run, 'a'));
    await rig.c.tasks.updateOne({ _id: id }, { $set: { status } });
    const held = { id, dispatchId: new ObjectId(a.id), epoch: a.epoch + 1 };
    expect(await rig.c.tasks.countDocuments(heldBy(WORK_WORDS.task, held))).toBe(1);
    expect(await rig.c.tasks.countDocuments(heldBy(WORK_WORDS.task, { ...held, epoch: a.epoch - 1 }))).toBe(0);
  });
});
