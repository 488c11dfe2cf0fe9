import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { askFromDispatch } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { failDispatch } from '@/lib/services/dispatches/life-cycle';
import { settleDispatch } from '@/lib/services/dispatches/settle/settle';
import { submitResult } from '@/lib/services/dispatches/submit-result';
import { replyToMessage } from '@/lib/services/messages/reply-to-message';
import { readTrace } from '@/lib/services/runs/read-trace';
import { cancelRun } from '@/lib/services/runs/cancel-run';
import { cancelTask } from '@/lib/services/tasks/change-task';
import { redriveDispatch } from '@/lib/services/dispatches/steer-dispatch';
import { makeRunRig, type RunRig } from './run-rig';

let rig: RunRig;
beforeAll(async () => {
  rig = await makeRunRig();
});

describe('a whole run', () => {
  it('is planned, worked on, asked about, told of, and closed by its planner', async () => {
    const run = await rig.open({ sessionId: 'terminal-1' });
    expect(run).toMatchObject({ status: 'planning', plannerType: 'project-management', result: null });
    const first = await rig.planner(run);
    expect(first.prompt).toContain('You are the orchestrator of this run');
    expect(first.thread).toMatchObject({ id: run.threadId, messages: [{ body: 'a page on tea' }] });
    await rig.plan(first, [
      { key: 'page', dependsOn: ['facts'], deliverables: [{ name: 'copy', description: 'the text' }] },
      { key: 'facts', assignedTo: 'research' },
      { key: 'check', assignedTo: 'legal', dependsOn: ['page'] },
    ]);
    expect(await rig.run(run)).toMatchObject({ status: 'running' });
    expect((await rig.task(run, 'page')).status).toBe('pending');

    // It ends its turn: the work goes on.
    expect(await rig.complete(first, 'planned three')).toMatchObject({ status: 'waiting', epoch: 1 });
    expect(await rig.complete(first, 'planned three')).toMatchObject({ status: 'waiting', epoch: 1 });
    await expect(rig.planner(run)).rejects.toThrow('nothing-due');

    // A worker asks the orchestrator, and gets its answer.
    const facts = await rig.worker(run, 'facts');
    const asked = await askFromDispatch(await rig.as(facts), { question: 'Green or black?' });
    expect(asked.to).toBe('orchestrator');
    expect(await rig.task(run, 'facts')).toMatchObject({ status: 'waiting' });
    const second = await rig.planner(run);
    expect(second).toMatchObject({ id: first.id, mode: 'resume', epoch: 2, attempt: 1 });
    expect(second.prompt).toContain('## News of your run');
    expect(second.prompt).toContain('Green or black?');
    expect(second.prompt).not.toContain('You asked a question');
    expect(await rig.unread(run)).toEqual([]);
    await replyToMessage(await rig.as(second), { messageId: asked.id, body: 'green' });
    const resumed = await rig.worker(run, 'facts');
    expect(resumed).toMatchObject({ id: facts.id, mode: 'resume' });
    expect(resumed.prompt).toContain('green');
    await rig.complete(second, '');

    // One ends; what depends on it starts, and the planner hears of it.
    await rig.complete(resumed, 'tea is a leaf');
    expect((await rig.task(run, 'page')).status).toBe('ready');
    const third = await rig.planner(run);
    expect(third.prompt).toContain(`Task facts (${rig.taskId(run, 'facts')}, research) is done.`);
    // While it thinks the next one ends: it must not be over before it knows.
    const page = await rig.worker(run, 'page');
    await submitResult(await rig.as(page), { output: 'ok', deliverables: [{ name: 'copy', value: 'Tea!' }] });
    await rig.complete(await rig.worker(run, 'check'), 'fine');
    await expect(submitResult(await rig.as(page), { output: 'ok' })).resolves.toMatchObject({ status: 'done' });
    expect(await rig.complete(third, 'waiting for the rest')).toMatchObject({ status: 'waiting' });
    const fourth = await rig.planner(run);
    expect(fourth.prompt).toContain('All 3 tasks of the run are over: 3 done.');
    expect(await rig.complete(fourth, 'A page on tea: Tea!')).toMatchObject({ status: 'done' });
    expect(await rig.run(run)).toMatchObject({
      status: 'done',
      result: { output: 'A page on tea: Tea!' },
      reason: null,
    });
    expect((await rig.run(run)).endedAt).not.toBeNull();
    expect((await rig.say(run)).map(({ kind, from }) => [kind, from])).toEqual([
      ['message', rig.person.principal.id],
      ['message', 'project-management'],
      ['question', 'research'],
      ['answer', 'project-management'],
      ['system', 'switchboard'],
      ['system', 'switchboard'],
      ['system', 'switchboard'],
      ['system', 'switchboard'],
      ['message', 'project-management'],
    ]);
  });

  it('settling again says and does nothing twice', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'one' }]);
    await rig.complete(planner);
    const worker = await rig.worker(run, 'one');
    await rig.complete(worker);
    const before = await rig.say(run);
    const row = await rig.c.dispatches.findOne({ _id: new ObjectId(worker.id) });
    await Promise.all([
      settleDispatch(rig.plane, row!),
      settleDispatch(rig.plane, row!),
      settleDispatch(rig.plane, row!),
    ]);
    expect(await rig.say(run)).toEqual(before);
    const turn = await rig.planner(run);
    await rig.complete(turn, 'the end');
    expect(await rig.run(run)).toMatchObject({ status: 'done', result: { output: 'the end' } });
  });

  it('many tasks that end at once are each told once, and the last tells that all are over', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    const keys = Array.from({ length: 12 }, (_, at) => `task-${at}`);
    const types = ['qa', 'research', 'legal', 'seo'];
    await rig.plan(
      planner,
      keys.map((key, at) => ({ key, assignedTo: types[at % 4] })),
    );
    await rig.complete(planner);
    for (let at = 0; at < keys.length; at += 4) {
      const workers = await Promise.all(keys.slice(at, at + 4).map(key => rig.worker(run, key)));
      await Promise.all(workers.map(worker => rig.complete(worker)));
    }
    const said = (await rig.say(run)).filter(({ kind }) => kind === 'system').map(({ body }) => body);
    expect(said).toHaveLength(13);
    expect(new Set(said).size).toBe(13);
    expect(said.filter(body => body.startsWith('All 12'))).toHaveLength(1);
  });
});

describe('a plan', () => {
  it('made again answers the same tasks; another under the same key is refused whole', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    const tasks = [{ key: 'a' }, { key: 'b', dependsOn: ['a'] }];
    const made = await rig.plan(planner, tasks);
    expect((await rig.plan(planner, tasks)).map(({ id }) => id)).toEqual(made.map(({ id }) => id));
    await expect(rig.plan(planner, [{ key: 'c' }, { key: 'a', title: 'other' }])).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await rig.c.tasks.countDocuments({ runId: new ObjectId(run.id), kind: 'work' })).toBe(2);
  });

  it('the same made twice at once makes it once', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    const tasks = Array.from({ length: 20 }, (_, at) => ({ key: `k${at}`, dependsOn: at > 0 ? [`k${at - 1}`] : [] }));
    const both = await Promise.all([rig.plan(planner, tasks), rig.plan(planner, tasks)]);
    expect(both[0].map(({ id }) => id)).toEqual(both[1].map(({ id }) => id));
    expect(await rig.c.tasks.countDocuments({ runId: new ObjectId(run.id), kind: 'work' })).toBe(20);
  });

  it.each([
    ['a key twice', [{ key: 'a' }, { key: 'a' }], 'tasks.1.key'],
    ['an unknown need', [{ key: 'a' }, { key: 'b' }, { key: 'c', dependsOn: ['x'] }], 'tasks.2.dependsOn.0'],
    [
      'a circle',
      [
        { key: 'a', dependsOn: ['b'] },
        { key: 'b', dependsOn: ['a'] },
      ],
      'tasks.0.dependsOn.0',
    ],
    ['itself', [{ key: 'a', dependsOn: ['a'] }], 'tasks.0.dependsOn.0'],
    ['an unknown type', [{ key: 'a' }, { key: 'b', assignedTo: 'nobody' }], 'tasks.1.assignedTo'],
    [
      'a deliverable twice',
      [{ key: 'a', deliverables: [{ name: 'x' }, { name: 'x' }] }],
      'tasks.0.deliverables.1.name',
    ],
  ])('with %s is refused with its path, and nothing is planned', async (_, tasks, path) => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await expect(rig.plan(planner, tasks)).rejects.toMatchObject({ code: 'validation-failed', errors: [{ path }] });
    expect(await rig.c.tasks.countDocuments({ runId: new ObjectId(run.id), kind: 'work' })).toBe(0);
  });

  it('with a need that was done meanwhile does not wait for it', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }]);
    await rig.complete(await rig.worker(run, 'a'));
    const [b] = await rig.plan(planner, [{ key: 'b', dependsOn: ['a'] }]);
    expect(b).toMatchObject({ status: 'ready', key: 'b' });
  });

  it('is nobody’s but the planner’s', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }]);
    const worker = await rig.worker(run, 'a');
    await expect(rig.plan(worker, [{ key: 'b' }])).rejects.toMatchObject({
      code: 'topology-violation',
      message: expect.stringContaining('raise_blocker'),
    });
  });
});

describe('how a run stands', () => {
  it('blocked by a missing deliverable names the task and what cannot start; a replacement closes it', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [
      { key: 'copy', deliverables: [{ name: 'text' }] },
      { key: 'layout', dependsOn: ['copy'] },
    ]);
    await rig.complete(planner);
    await rig.complete(await rig.worker(run, 'copy'), 'no text');
    expect(await rig.task(run, 'copy')).toMatchObject({ status: 'incomplete' });
    expect(await rig.task(run, 'layout')).toMatchObject({ status: 'pending' });
    expect(await rig.run(run)).toMatchObject({
      status: 'blocked',
      reason: 'copy is incomplete (not handed in: text); layout cannot start',
    });
    const turn = await rig.planner(run);
    expect(turn.prompt).toContain('1 incomplete, 1 that cannot start');
    await rig.plan(turn, [{ key: 'copy-2' }]);
    await rig.complete(turn);
    await rig.complete(await rig.worker(run, 'copy-2'));
    const last = await rig.planner(run);
    await submitResult(await rig.as(last), { output: 'with copy-2' });
    expect(await rig.run(run)).toMatchObject({ status: 'done', result: { output: 'with copy-2' } });
    expect(await rig.task(run, 'layout')).toMatchObject({ status: 'cancelled', reason: 'its run is done' });
  });

  it('an explicit result is refused while a task is open, and says which', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }]);
    await expect(submitResult(await rig.as(planner), { output: 'x' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('a is ready'),
    });
    expect((await rig.run(run)).status).toBe('running');
  });

  it('blocked while a task is dead, and not any more after its redrive; failed with its planner', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }]);
    await rig.complete(planner);
    const worker = await rig.worker(run, 'a');
    await failDispatch(rig.night, worker.id, { epoch: 1, error: 'boom', retryable: false });
    expect(await rig.run(run)).toMatchObject({ status: 'blocked', reason: 'a is dead (attempt 1: boom)' });
    await redriveDispatch(rig.person, worker.id);
    expect(await rig.run(run)).toMatchObject({ status: 'running', reason: null });
    const turn = await rig.planner(run);
    expect(turn.prompt).toContain('is dead');
    expect(turn.prompt).not.toContain('boom');
    await failDispatch(rig.night, turn.id, { epoch: turn.epoch, error: 'lost', retryable: false });
    expect(await rig.run(run)).toMatchObject({ status: 'failed', reason: 'its planner ended: attempt 1: lost' });
    await redriveDispatch(rig.person, turn.id);
    expect(await rig.run(run)).toMatchObject({ status: 'running', endedAt: null });
  });

  it('one open run a session; cancelling it stops all that is left, the planner too, and frees the session', async () => {
    const run = await rig.open({ sessionId: 's1' });
    await expect(rig.open({ sessionId: 's1' })).rejects.toMatchObject({
      code: 'controller-exists',
      details: { runId: run.id },
    });
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }, { key: 'b', dependsOn: ['a'] }, { key: 'c' }]);
    await rig.complete(planner);
    const running = await rig.worker(run, 'c');
    expect(await cancelRun(rig.person, run.id)).toMatchObject({ status: 'cancelled' });
    expect((await rig.task(run, 'a')).status).toBe('cancelled');
    expect((await rig.task(run, 'b')).status).toBe('cancelled');
    await failDispatch(rig.night, running.id, { epoch: 1, error: 'stopped', retryable: false });
    expect((await rig.task(run, 'c')).status).toBe('cancelled');
    await expect(rig.planner(run)).rejects.toThrow('taken');
    expect(await cancelRun(rig.person, run.id)).toMatchObject({ status: 'cancelled' });
    expect((await rig.unread(run)).length).toBe(0);
    expect((await rig.open({ sessionId: 's1' })).status).toBe('planning');
  });

  it('cancelled, one of its parts that cannot be stopped keeps no other going', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }, { key: 'b' }]);
    await rig.complete(planner, 'planned');
    const { id } = await rig.worker(run, 'a');
    const _id = new ObjectId(planner.id);
    await rig.c.dispatches.updateOne({ _id }, { $set: { usages: 5 as never } });
    await expect(cancelRun(rig.person, run.id)).rejects.toThrow();
    expect(await rig.c.dispatches.findOne({ _id: new ObjectId(id) })).toMatchObject({ status: 'cancelling' });
    expect(await rig.task(run, 'b')).toMatchObject({ status: 'cancelled' });
    await rig.c.dispatches.updateOne({ _id }, { $set: { usages: [] } });
    expect(await cancelRun(rig.person, run.id)).toMatchObject({ status: 'cancelled' });
    expect((await rig.c.dispatches.findOne({ _id }))!.status).toBe('cancelled');
  });

  it('a task that a person cancels is told, and the run says what it keeps from starting', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }, { key: 'b', dependsOn: ['a'] }]);
    await rig.complete(planner);
    await cancelTask(rig.person, rig.taskId(run, 'a'));
    expect(await rig.run(run)).toMatchObject({ status: 'blocked' });
    expect((await rig.planner(run)).prompt).toContain('is cancelled. b cannot start.');
  });
});

const TRACED = [
  'run.opened',
  'run.create',
  'run.plan',
  'run.done',
  'task.planned',
  'task.planned',
  'task.planned',
  'task.done',
  'task.done',
  'task.cancel',
  'task.cancelled',
  'dispatch.claimed',
  'dispatch.claimed',
  'dispatch.done',
  'dispatch.done',
  'message.message',
  'message.message',
  'message.question',
  'message.answer',
  'message.system',
  'message.system',
  'message.system',
  'report.question',
  'report.result',
  'report.result',
];

describe('the trace of a run', () => {
  it('shows every change in order, each traced in two steps, in pages as in one', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }, { key: 'b', dependsOn: ['a'] }]);
    await rig.complete(planner, 'planned');
    const worker = await rig.worker(run, 'a');
    const asked = await askFromDispatch(await rig.as(worker), { question: 'Which?' });
    const turn = await rig.planner(run);
    await replyToMessage(await rig.as(turn), { messageId: asked.id, body: 'this' });
    await rig.complete(await rig.worker(run, 'a'), 'made');
    await cancelTask(rig.person, rig.taskId(run, 'b'));
    await submitResult(await rig.as(turn), { output: 'the end' });

    // As a driver wrote it; nobody took it up, and no list shows it.
    const odd = { tenantId: 'default', runId: new ObjectId(run.id), status: 'dead', updatedAt: new Date(), title: 7 };
    await rig.person.plane.collections.tasks.insertOne(odd as never);

    const { items } = await readTrace(rig.person, run.id, { limit: 200 });
    const whats = items.map(({ what }) => what);
    expect(whats[0]).toBe('run.opened');
    expect(whats.toSorted()).toEqual(TRACED.toSorted());
    expect(items.map(({ at }) => at)).toEqual(items.map(({ at }) => at).toSorted());
    const task = { kind: 'task', id: rig.taskId(run, 'a') };
    expect(items.find(({ what }) => what === 'report.question')!.via).toEqual([
      { kind: 'dispatch', id: worker.id },
      task,
    ]);
    expect(items.find(({ what }) => what === 'message.question')!.via).toEqual([
      { kind: 'dispatch', id: worker.id },
      task,
    ]);
    expect(items.find(({ record }) => record.id === worker.id)!.via).toEqual([task, { kind: 'run', id: run.id }]);
    expect(items.find(({ record }) => record.id === task.id)!.via).toEqual([
      { kind: 'run', id: run.id },
      { kind: 'person', id: rig.person.principal.id },
    ]);

    const paged = [];
    let cursor: string | undefined;
    do {
      const page = await readTrace(rig.person, run.id, { limit: 3, cursor });
      paged.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(paged).toEqual(items);
  });
});
