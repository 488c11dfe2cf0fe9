import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { CreateTask } from '@/lib/domain/task/schema';
import { ListInboxItems } from '@/lib/domain/inbox/schema';
import { askFromDispatch } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { sweepDeadlines } from '@/lib/services/dispatches/questions/sweep-deadlines';
import { listInboxItems } from '@/lib/services/inbox/list-inbox-items';
import { postMessage } from '@/lib/services/messages/create-message';
import { getMessage } from '@/lib/services/messages/read-messages';
import { createTask } from '@/lib/services/tasks/create-task';
import { makeRunRig, type RunRig } from './run-rig';

let rig: RunRig;
beforeAll(async () => {
  rig = await makeRunRig();
});

const SOON_MS = 60_000;
/** Asks with a deadline to come, which then is put behind the database's clock. */
async function askedLongAgo(dispatch: Dispatch, question: object): Promise<string> {
  const deadline = new Date(Date.now() + SOON_MS).toISOString();
  const { id } = await askFromDispatch(await rig.as(dispatch), { question: 'Which?', deadline, ...question });
  await sweepDeadlines(rig.plane);
  expect((await pending(dispatch))?.answerId).toBeNull();
  const past = new Date(Date.now() - SOON_MS);
  await rig.c.dispatches.updateOne({ _id: new ObjectId(dispatch.id) }, { $set: { 'question.deadline': past } });
  return id;
}
const pending = async (dispatch: Dispatch) =>
  (await rig.c.dispatches.findOne({ _id: new ObjectId(dispatch.id) }))!.question;
const sweepTwiceAtOnce = () => Promise.all([sweepDeadlines(rig.plane), sweepDeadlines(rig.plane)]);
const newTask = () => createTask(rig.person, CreateTask.parse({ title: 'a task', assignedTo: 'qa' }));
const answersTo = (questionId: string) =>
  rig.c.messages.find({ inReplyTo: new ObjectId(questionId), kind: 'answer' }).toArray();

const MOST_TOLD = 50;
/** So much that what was said before does not ride along with the thread. */
async function manySaid(threadId: string): Promise<void> {
  const last = (await rig.c.messages.findOne({ threadId: new ObjectId(threadId) }, { sort: { seq: -1 } }))!;
  await rig.c.messages.insertMany(
    Array.from({ length: MOST_TOLD }, (_, at) => ({ ...last, _id: new ObjectId(), body: 'other news', seq: 100 + at })),
  );
}

describe('a question whose deadline has passed', () => {
  it('with a default is answered by it, as silence, once', async () => {
    const { id } = await newTask();
    const questionId = await askedLongAgo(await rig.claimTask(id), { options: ['a', 'b'], default: 'b' });
    await sweepTwiceAtOnce();
    await sweepDeadlines(rig.plane);
    const [answer, ...more] = await answersTo(questionId);
    expect(more).toEqual([]);
    expect(answer).toMatchObject({ body: 'b', from: { kind: 'system' }, late: false });
    expect(answer!.reason).toMatch(/^silence: nobody answered by .*; the declared default holds$/);
    const resumed = await rig.claimTask(id);
    expect(resumed).toMatchObject({ mode: 'resume' });
    expect(resumed.prompt).toContain('from system switchboard');
    // The task has no thread; what was asked has.
    expect(resumed.thread?.messages.map(({ body }) => body)).toEqual(['Which?', 'b']);
    expect(resumed.prompt).toContain('Which?');
  });

  it('stays with an answer that came before the silence was written', async () => {
    const { id } = await newTask();
    const dispatch = await rig.claimTask(id);
    const questionId = await askedLongAgo(dispatch, { default: 'b' });
    const { threadId } = await getMessage(rig.person, questionId);
    const said = await postMessage(rig.person, threadId, { body: 'a' });
    await sweepDeadlines(rig.plane);
    expect((await pending(dispatch))!.answerId!.toHexString()).toBe(said.id);
    expect(await answersTo(questionId)).toHaveLength(1);
  });

  it('and that a driver deleted is looked at no more', async () => {
    const { id } = await newTask();
    const questionId = await askedLongAgo(await rig.claimTask(id), { default: 'b' });
    await rig.c.messages.deleteOne({ _id: new ObjectId(questionId) });
    expect(await sweepDeadlines(rig.plane)).toBe(1);
    expect(await sweepDeadlines(rig.plane)).toBe(0);
  });

  it('of a run’s worker without a default climbs from the orchestrator to people, where it is overdue', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }]);
    const questionId = await askedLongAgo(await rig.worker(run, 'a'), {});
    expect(await getMessage(rig.person, questionId)).toMatchObject({ assignedTo: null });
    await sweepTwiceAtOnce();
    expect(await getMessage(rig.person, questionId)).toMatchObject({
      assignedTo: 'human',
      status: 'none',
      reason: expect.stringContaining('orchestrator did not answer by'),
    });
    const { items } = await listInboxItems(rig.person, ListInboxItems.parse({ kind: 'question' }));
    expect(items.find(({ id }) => id === questionId)).toMatchObject({ overdue: true, runId: run.id });
    expect(await sweepDeadlines(rig.plane)).toBe(0);
    await postMessage(rig.person, run.threadId, { body: 'this one' });
    await manySaid(run.threadId);
    const { prompt, thread } = await rig.worker(run, 'a');
    for (const said of ['this one', 'Which?']) expect(prompt).toContain(said);
    expect(thread).toMatchObject({ id: run.threadId, messages: { length: MOST_TOLD } });
  });

  it('climbs to people from an agent that will not answer any more', async () => {
    const { id } = await newTask();
    const questionId = await askedLongAgo(await rig.claimTask(id), { to: 'copywriting' });
    const set = { status: 'dead' as const, reason: 'attempt 5: no heartbeat' };
    await rig.c.messages.updateOne({ _id: new ObjectId(questionId) }, { $set: set });
    await sweepDeadlines(rig.plane);
    const { items } = await listInboxItems(rig.person, ListInboxItems.parse({ kind: 'question' }));
    expect(items.find(item => item.id === questionId)).toMatchObject({ overdue: true });
    const { threadId } = await getMessage(rig.person, questionId);
    await postMessage(rig.person, threadId, { body: 'this one' });
    expect(await rig.claimTask(id)).toMatchObject({ mode: 'resume' });
  });

  it('of a person’s without a default only shows as overdue', async () => {
    const { id } = await newTask();
    const questionId = await askedLongAgo(await rig.claimTask(id), {});
    await sweepDeadlines(rig.plane);
    expect(await answersTo(questionId)).toEqual([]);
    const { items } = await listInboxItems(rig.person, ListInboxItems.parse({ kind: 'question' }));
    expect(items.find(item => item.id === questionId)).toMatchObject({ overdue: true });
    expect(await sweepDeadlines(rig.plane)).toBe(0);
  });
});
