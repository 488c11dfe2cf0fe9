import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { ListInboxItems } from '@/lib/domain/inbox/schema';
import { CreateTask } from '@/lib/domain/task/schema';
import { askFromDispatch } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { remindOfQuestions } from '@/lib/services/dispatches/questions/remind-of-questions';
import { failDispatch } from '@/lib/services/dispatches/life-cycle';
import { listInboxItems } from '@/lib/services/inbox/list-inbox-items';
import { postMessage } from '@/lib/services/messages/create-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { makeRunRig, type RunRig } from './run-rig';

let rig: RunRig;
beforeAll(async () => {
  rig = await makeRunRig();
});

const MINUTE_MS = 60_000;
/** Asks with so much time given, of which so much is gone. */
async function asked(dispatch: Dispatch, question: object, givenMs: number, goneMs: number): Promise<string> {
  const deadline = new Date(Date.now() + givenMs).toISOString();
  const { id } = await askFromDispatch(await rig.as(dispatch), { question: 'Which?', deadline, ...question });
  const _id = new ObjectId(dispatch.id);
  const asker = (await rig.c.dispatches.findOne({ _id }))!;
  const earlier = (at: Date) => new Date(at.getTime() - goneMs);
  await rig.c.dispatches.updateOne(
    { _id },
    {
      $set: {
        waitingSince: earlier(asker.waitingSince!),
        'question.deadline': earlier(asker.question!.deadline!),
      },
    },
  );
  return id;
}
const remindersOf = (questionId: string) =>
  rig.c.messages.find({ inReplyTo: new ObjectId(questionId), kind: 'system' }).toArray();
const remindTwiceAtOnce = async () => {
  await Promise.all([remindOfQuestions(rig.plane), remindOfQuestions(rig.plane)]);
  expect(await remindOfQuestions(rig.plane)).toBe(0);
};
const newTask = () => createTask(rig.person, CreateTask.parse({ title: 'a task', assignedTo: 'qa' }));

describe('a question half of whose time is gone', () => {
  it('is told of to the planner that was asked, once, and wakes it', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }]);
    await rig.complete(planner, 'planned');
    const questionId = await asked(
      await rig.worker(run, 'a'),
      { default: 'the blue one' },
      10 * MINUTE_MS,
      6 * MINUTE_MS,
    );
    // It hears the question, and forgets to answer.
    await rig.complete(await rig.planner(run), 'I see');
    await remindTwiceAtOnce();
    expect(await remindersOf(questionId)).toHaveLength(1);
    const { prompt } = await rig.planner(run);
    expect(prompt).toContain(`Reminder: qa still waits for an answer (${questionId}).`);
    expect(prompt).toContain('the declared default holds');
    expect(prompt.split('## Still waiting for your answer')[1]).toContain(`question ${questionId} from agent qa`);
  });

  it('shows in people’s inbox with the time of its reminder', async () => {
    const { id } = await newTask();
    const questionId = await asked(await rig.claimTask(id), {}, 10 * MINUTE_MS, 6 * MINUTE_MS);
    await remindTwiceAtOnce();
    expect((await remindersOf(questionId)).map(({ body }) => body)).toEqual([expect.stringContaining('it is overdue')]);
    const { items } = await listInboxItems(rig.person, ListInboxItems.parse({ kind: 'question' }));
    expect(items.find(item => item.id === questionId)?.remindedAt).toMatch(/Z$/);
  });

  it('is not told of before its half, nor when there is too little time to act on it', async () => {
    const one = await asked(await rig.claimTask((await newTask()).id), {}, 10 * MINUTE_MS, 4 * MINUTE_MS);
    const other = await asked(await rig.claimTask((await newTask()).id), {}, 20_000, 11_000);
    expect(await remindOfQuestions(rig.plane)).toBe(0);
    expect([...(await remindersOf(one)), ...(await remindersOf(other))]).toEqual([]);
  });
});

describe('a question whose planner died on it', () => {
  it('stands in the prompt of the next attempt, whatever was said since', async () => {
    const run = await rig.open();
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }]);
    await rig.complete(planner, 'planned');
    const deadline = new Date(Date.now() + 60 * MINUTE_MS).toISOString();
    const { id } = await askFromDispatch(await rig.as(await rig.worker(run, 'a')), { question: 'Which?', deadline });
    const dead = await rig.planner(run);
    expect(dead.prompt).toContain(`question ${id} from agent qa`);
    await failDispatch(rig.night, dead.id, { epoch: dead.epoch, error: 'it died', retryable: true });
    for (let n = 0; n < 60; n += 1) await postMessage(rig.person, run.threadId, { body: `word ${n}` });
    await rig.c.tasks.updateOne({ _id: new ObjectId(run.planTaskId) }, [{ $set: { availableAt: '$$NOW' } }]);
    const again = await rig.planner(run);
    expect(again).toMatchObject({ mode: 'start', attempt: 2 });
    expect(again.prompt.split('## Still waiting for your answer')[1]).toContain(`question ${id} from agent qa`);
  });
});
