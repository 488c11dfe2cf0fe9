import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { ListInboxItems, type InboxItem } from '@/lib/domain/inbox/schema';
import { askFromDispatch } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { failDispatch } from '@/lib/services/dispatches/life-cycle';
import { raiseBlocker } from '@/lib/services/dispatches/questions/raise-blocker';
import { discardLateOutput } from '@/lib/services/dispatches/steer-dispatch';
import { listInboxItems } from '@/lib/services/inbox/list-inbox-items';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { cancelTask } from '@/lib/services/tasks/change-task';
import { createTask } from '@/lib/services/tasks/create-task';
import { CreateTask } from '@/lib/domain/task/schema';
import { makeActor } from '../../support/actors';
import { makeRunRig, type RunRig } from './run-rig';

let rig: RunRig;
beforeAll(async () => {
  rig = await makeRunRig();
});

const inbox = (query: object = {}) => listInboxItems(rig.person, ListInboxItems.parse(query));
const find = async (id: string): Promise<InboxItem | undefined> =>
  (await inbox({ limit: 200 })).items.find(item => item.id === id);
const newTask = (title = 'a task') => createTask(rig.person, CreateTask.parse({ title, assignedTo: 'qa' }));

describe('what waits for a person', () => {
  it('a question with its choices, until it is answered', async () => {
    const { id: taskId } = await newTask();
    const dispatch = await rig.claimTask(taskId);
    const deadline = new Date(Date.now() + 3_600_000).toISOString();
    const asked = await askFromDispatch(await rig.as(dispatch), {
      question: 'Which?',
      options: ['a', 'b'],
      default: 'b',
      deadline,
    });
    const item = await find(asked.id);
    expect(item).toMatchObject({
      kind: 'question',
      text: 'Which?',
      options: ['a', 'b'],
      default: 'b',
      deadline,
      taskId,
    });
    expect(item).toMatchObject({ dispatchId: dispatch.id, threadId: expect.any(String) });
    expect(item?.from).toEqual({ kind: 'agent', id: 'qa', tier: 'worker' });
    await postMessage(rig.person, item!.threadId!, { body: 'a' });
    expect(await find(asked.id)).toBeUndefined();
  });

  it('a question whose asker is stopped waits for nobody', async () => {
    const { id: taskId } = await newTask();
    const asked = await askFromDispatch(await rig.as(await rig.claimTask(taskId)), { question: 'Still there?' });
    expect(await find(asked.id)).toBeDefined();
    await cancelTask(rig.person, taskId);
    expect(await find(asked.id)).toBeUndefined();
  });

  it('a blocker outside runs, and work that ended without a word, until it is cancelled', async () => {
    const first = await newTask();
    const blocked = await raiseBlocker(await rig.as(await rig.claimTask(first.id)), {
      reason: 'no login',
      needs: 'one',
    });
    expect(await find(blocked.id)).toMatchObject({ kind: 'blocker', text: 'Blocked: no login\n\nNeeds: one' });
    expect(await find(blocked.id)).toMatchObject({ reason: 'no login', needs: 'one' });
    const second = await newTask('quiet');
    await rig.complete(await rig.claimTask(second.id), '');
    expect(await find(second.id)).toMatchObject({ kind: 'blocker', text: 'it ended without a result\nquiet' });
    await cancelTask(rig.person, second.id);
    expect(await find(second.id)).toBeUndefined();
  });

  it('inside a run a blocker goes to its planner, a dead task to people too', async () => {
    const run = await rig.open();
    await rig.plan(await rig.planner(run), [{ key: 'a' }, { key: 'b' }]);
    const blocked = await raiseBlocker(await rig.as(await rig.worker(run, 'a')), { reason: 'x', needs: 'y' });
    expect(await find(blocked.id)).toBeUndefined();
    const worker = await rig.worker(run, 'b');
    await failDispatch(rig.night, worker.id, { epoch: 1, error: 'boom', retryable: false });
    expect(await find(rig.taskId(run, 'b'))).toMatchObject({
      kind: 'dead',
      runId: run.id,
      text: 'attempt 1: boom\na task',
      reason: 'attempt 1: boom',
      assignedTo: expect.any(String),
    });
  });

  it('a late output, until it is taken or left', async () => {
    const { id: taskId } = await newTask();
    const dispatch = await rig.claimTask(taskId);
    await rig.c.dispatches.updateOne(
      { _id: new ObjectId(dispatch.id) },
      { $set: { lateOutput: { epoch: 1, output: 'too late', at: new Date() } } },
    );
    expect(await find(dispatch.id)).toMatchObject({
      kind: 'late-output',
      text: 'too late',
      taskId,
      from: { id: 'qa' },
    });
    await discardLateOutput(rig.person, dispatch.id);
    expect(await find(dispatch.id)).toBeUndefined();
  });

  it('what was stopped as a loop, and what nobody can take', async () => {
    const message = await createMessage(rig.person, { body: 'round and round' });
    await rig.c.messages.updateOne(
      { _id: new ObjectId(message.id) },
      { $set: { status: 'loop-stopped', reason: '9 replies' } },
    );
    expect(await find(message.id)).toMatchObject({ kind: 'loop-stopped', text: '9 replies\nround and round' });
    const other = await createMessage(rig.person, { body: 'to nobody' });
    await rig.c.messages.updateOne(
      { _id: new ObjectId(other.id) },
      { $set: { status: 'unroutable', reason: 'no type' } },
    );
    expect(await find(other.id)).toMatchObject({ kind: 'unroutable' });
  });

  it('work that stands still with what its thread is called, where people called it anything', async () => {
    const stuck = async (more: object) => {
      const { id } = await createMessage(rig.person, { body: 'check the prices', ...more });
      await rig.c.messages.updateOne({ _id: new ObjectId(id) }, { $set: { status: 'dead', reason: 'gave up' } });
      return id;
    };
    const [named, again, unnamed] = [
      await stuck({ subject: 'Autumn prices' }),
      await stuck({ subject: 'Spring prices' }),
      await stuck({}),
    ];
    expect(await find(named)).toMatchObject({ subject: 'Autumn prices', text: 'gave up\ncheck the prices' });
    expect(await find(again)).toMatchObject({ subject: 'Spring prices' });
    expect(await find(unnamed)).not.toHaveProperty('subject');
    // A driver may have made something else of it.
    const thread = { _id: new ObjectId((await find(named))!.threadId) };
    await rig.c.threads.updateOne(thread, { $set: { subject: 7 as never } });
    expect(await find(named)).not.toHaveProperty('subject');
  });

  it('comes in pages, newest first, each once, of one kind where asked', async () => {
    for (let at = 0; at < 7; at += 1) {
      const { id } = await newTask(`dead ${at}`);
      const dispatch = await rig.claimTask(id);
      await failDispatch(rig.night, dispatch.id, { epoch: 1, error: 'x', retryable: false });
    }
    const whole = (await inbox({ limit: 200 })).items;
    const paged: InboxItem[] = [];
    let cursor: string | undefined;
    do {
      const page = await inbox({ limit: 3, ...(cursor ? { cursor } : {}) });
      expect(page.items.length).toBeLessThanOrEqual(3);
      paged.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(paged).toEqual(whole);
    expect(whole.map(({ at }) => at)).toEqual(
      whole
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    const dead = (await inbox({ kind: 'dead' })).items;
    expect(dead.length).toBeGreaterThanOrEqual(8);
    expect(new Set(dead.map(({ kind }) => kind))).toEqual(new Set(['dead']));
    await expect(inbox({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'validation-failed' });
  });

  it('is not an agent’s', async () => {
    const agent = makeActor(rig.plane, 'agent', { agentType: 'qa' });
    await expect(listInboxItems(agent, ListInboxItems.parse({}))).rejects.toMatchObject({ code: 'forbidden' });
  });
});
