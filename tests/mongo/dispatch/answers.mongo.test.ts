import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { completeDispatch } from '@/lib/services/dispatches/life-cycle';
import { AnswerSweep } from '@/lib/services/dispatches/settle/sweep-answers';
import { wakeAsker } from '@/lib/services/dispatches/settle/wake-asker';
import { resolveCaller } from '@/lib/services/identity/caller';
import { createMessage } from '@/lib/services/messages/create-message';
import { replyToMessage } from '@/lib/services/messages/reply-to-message';
import { makeActor } from '@/tests/support/actors';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

/** Whoever asked is woken by the first answer, whichever way it comes and wherever it was cut off. */
let api: ApiServer;
let person: Context;
let night: Context;
let slug: string;
let count = 0;

beforeAll(async () => {
  api = await startApiServer();
  person = makeActor(api.plane, 'operator');
  night = makeActor(api.plane, 'orchestrator');
});
afterAll(() => api.stop());
beforeEach(async () => {
  count += 1;
  slug = `asker-${count}`;
  const body = { slug, name: slug, concurrency: 10 };
  expect((await api.call('POST', '/api/agent-types', { body })).status).toBe(201);
});

const rows = () => api.plane.collections;
const claim = async (id: string) =>
  (await claimDispatches(night, { consumer: 'c', max: 1, waitMs: 0, source: { kind: 'message', id } })).dispatches[0];
const start = async (id: string) => (await claim(id))!;
const post = (more: object = {}) => createMessage(person, { assignedTo: slug, body: 'work', ...more });

/** A dispatch of `slug` that waits for an answer. */
async function ask(to: string) {
  const work = await post();
  const { id } = await start(work.id);
  const row = (await rows().dispatches.findOne({ _id: new ObjectId(id) }))!;
  const { questionId } = await askQuestion(api.plane, row, { to, question: 'which?' });
  return { work: work.id, threadId: work.threadId, questionId, dispatchId: id };
}
/** As a person, under one key. */
const say = (threadId: string) =>
  api.call('POST', `/api/threads/${threadId}/messages`, {
    body: { body: 'this one' },
    headers: { 'idempotency-key': `key-${slug}` },
  });
/** The write that wakes the asker does not come about. */
const cutOff = () => vi.spyOn(rows().dispatches, 'findOneAndUpdate').mockRejectedValueOnce(new Error('killed'));

const messageOf = (id: string) => rows().messages.findOne({ _id: new ObjectId(id) });
const answersTo = (questionId: string) =>
  rows()
    .messages.find({ inReplyTo: new ObjectId(questionId), kind: 'answer' })
    .toArray();
const age = (questionId: string) =>
  rows().messages.updateMany({ inReplyTo: new ObjectId(questionId) }, [
    { $set: { arrivedAt: { $subtract: ['$arrivedAt', 3_000] } } },
  ]);

it('work says that its question was answered, until it is claimed', async () => {
  const asked = await ask('human');
  const reason = async () => (await messageOf(asked.work))!.reason;
  expect(await reason()).toBe('waits for a person’s answer');
  expect((await say(asked.threadId)).status).toBe(201);
  expect(await reason()).toBe('answered; goes on when it is claimed');
  await start(asked.work);
  expect(await reason()).toBeNull();
});

describe('an answer that was stored and cut off before it woke anybody', () => {
  it('wakes the asker when it is told again under its key, and is one message', async () => {
    const asked = await ask('human');
    cutOff();
    expect((await say(asked.threadId)).status).toBe(500);
    expect(await claim(asked.work)).toBeUndefined();
    const again = await say(asked.threadId);
    expect([again.status, again.body.late]).toEqual([200, false]);
    expect(await answersTo(asked.questionId)).toHaveLength(1);
    const resumed = await start(asked.work);
    expect(resumed).toMatchObject({ id: asked.dispatchId, mode: 'resume' });
    expect(resumed.prompt).toContain('this one');
    // It is over: neither this one nor the question is looked at again.
    expect((await messageOf(asked.questionId))!.status).toBe('done');
    expect(await rows().messages.countDocuments({ wakes: true })).toBe(0);
  });

  it('wakes the asker with the sweep, and its dispatch makes no second answer', async () => {
    const asked = await ask('qa');
    const { id, key, epoch } = await start(asked.questionId);
    const caller = await resolveCaller(night, key);
    // The first such write is the wake: a reply takes its place in the thread elsewhere.
    cutOff();
    await expect(replyToMessage(caller, { messageId: asked.questionId, body: 'that one' })).rejects.toThrow('killed');
    // Whoever stored it a moment ago may be at it.
    expect(await new AnswerSweep(api.plane).run()).toBe(0);
    await age(asked.questionId);
    expect(await new AnswerSweep(api.plane).run()).toBe(1);
    expect(await new AnswerSweep(api.plane).run()).toBe(0);
    await completeDispatch(night, id, { epoch, output: 'all the details' });
    expect((await start(asked.work)).prompt).toContain('that one');
    expect(await answersTo(asked.questionId)).toMatchObject([{ body: 'that one', late: false }]);
  });

  it('and was not the first is late, and wakes nobody', async () => {
    const asked = await ask('human');
    cutOff();
    await say(asked.threadId);
    const first = await createMessage(person, {
      threadId: asked.threadId,
      inReplyTo: asked.questionId,
      body: 'another came first',
    });
    await age(asked.questionId);
    await new AnswerSweep(api.plane).run();
    expect(await answersTo(asked.questionId)).toMatchObject([{ late: true }, { late: false }]);
    const row = await rows().dispatches.findOne({ _id: new ObjectId(asked.dispatchId) });
    expect(row?.question?.answerId?.toHexString()).toBe(first.id);
  });
});

describe('an answer that woke the asker and was cut off before that was noted', () => {
  it('stays the answer when it is brought again, also once the asker has asked something else', async () => {
    const asked = await ask('human');
    vi.spyOn(rows().messages, 'updateOne').mockRejectedValueOnce(new Error('killed'));
    expect((await say(asked.threadId)).status).toBe(500);
    const resumed = await start(asked.work);
    expect(resumed).toMatchObject({ id: asked.dispatchId, mode: 'resume' });
    const row = (await rows().dispatches.findOne({ _id: new ObjectId(asked.dispatchId) }))!;
    const second = await askQuestion(api.plane, row, { to: 'human', question: 'and then?' });
    await age(asked.questionId);
    await new AnswerSweep(api.plane).run();
    expect(await answersTo(asked.questionId)).toMatchObject([{ body: 'this one', late: false }]);
    expect(await rows().messages.countDocuments({ wakes: true })).toBe(0);
    // What is said now answers the other question, and what came too late for the first is late.
    expect((await messageOf(asked.questionId))!.status).toBe('done');
    const late = await createMessage(person, {
      threadId: asked.threadId,
      inReplyTo: asked.questionId,
      body: 'or this',
    });
    expect(late.late).toBe(true);
    await createMessage(person, { threadId: asked.threadId, body: 'then that' });
    expect(await answersTo(second.questionId)).toMatchObject([{ body: 'then that', late: false }]);
    expect(await start(asked.work)).toMatchObject({ id: asked.dispatchId, epoch: 3 });
  });

  it('is not late where another process has just woken the asker by it, and no majority has that yet', async () => {
    const asked = await ask('human');
    const said = (await say(asked.threadId)).body;
    // Whatever it reads still shows a dispatch that this answer did not wake.
    const stale = vi.spyOn(rows().dispatches, 'findOne').mockResolvedValue(null);
    await wakeAsker(api.plane, 'default', new ObjectId(asked.questionId), { _id: new ObjectId(said.id as string) });
    stale.mockRestore();
    expect(await answersTo(asked.questionId)).toMatchObject([{ late: false }]);
  });
});

describe('what waits for its answer', () => {
  const MANY = 300;

  it('is not gone through by a claim by rank, however much it is', async () => {
    const asked = await ask('human');
    const { open: _open, ...row } = (await rows().dispatches.findOne({ _id: new ObjectId(asked.dispatchId) }))!;
    const waiting = Array.from({ length: MANY }, () => ({
      ...row,
      _id: new ObjectId(),
      source: { ...row.source, id: new ObjectId() },
      question: { ...row.question!, id: new ObjectId() },
    }));
    await rows().dispatches.insertMany(waiting);
    const { db } = api.database;
    await db.command({ profile: 2 });
    await claimDispatches(night, { consumer: 'c', max: 1, waitMs: 0, agentTypes: [slug] });
    await db.command({ profile: 0 });
    const ns = `${db.databaseName}.${rows().dispatches.collectionName}`;
    const reads = await db.collection('system.profile').find({ ns }).toArray();
    expect(reads.length).toBeGreaterThan(0);
    expect(Math.max(...reads.map(({ docsExamined = 0 }) => docsExamined as number))).toBeLessThan(MANY / 10);
    await say(asked.threadId);
    const resumed = await claimDispatches(night, { consumer: 'c', max: 9, waitMs: 0, agentTypes: [slug] });
    expect(resumed.dispatches).toMatchObject([{ id: asked.dispatchId, mode: 'resume' }]);
    await rows().dispatches.deleteMany({ _id: { $in: waiting.map(({ _id }) => _id) } });
  });
});

describe('answers that nobody can bring', () => {
  const MORE_THAN_A_PAGE = 150;

  it('do not stand before one that can be brought', async () => {
    const asked = await ask('human');
    cutOff();
    await say(asked.threadId);
    const [answer] = await answersTo(asked.questionId);
    await age(asked.questionId);
    const arrivedAt = new Date(answer!.arrivedAt.getTime() - 60_000);
    const broken = Array.from({ length: MORE_THAN_A_PAGE }, (_, at) => ({
      ...answer!,
      _id: new ObjectId(),
      inReplyTo: new ObjectId(),
      seq: 1_000 + at,
      arrivedAt,
      from: null,
    }));
    await rows().messages.insertMany(broken as never);
    const round = new AnswerSweep(api.plane);
    expect([await round.run(), await round.run()]).toEqual([100, 51]);
    expect(await start(asked.work)).toMatchObject({ id: asked.dispatchId, mode: 'resume' });
    // And round again, with what is left.
    expect([await round.run(), await round.run()]).toEqual([100, 50]);
    await rows().messages.deleteMany({ _id: { $in: broken.map(({ _id }) => _id) } });
  });
});

describe('a question that ends with an empty output', () => {
  const complete = {
    alone: ({ id, epoch }: Dispatch) => completeDispatch(night, id, { epoch, output: '' }),
    'in a batch': async ({ id, epoch }: Dispatch) => {
      const other = await start((await post()).id);
      const items = [other, { id, epoch }].map(one => ({ id: one.id, epoch: one.epoch, output: '' }));
      expect((await completeDispatches(night, { items })).results).toMatchObject([
        { status: 'done' },
        { status: 'done' },
      ]);
    },
  };

  it.each(Object.entries(complete))('%s, resumes whoever asked with words for it', async (_how, end) => {
    const asked = await ask('qa');
    await end(await start(asked.questionId));
    expect(await answersTo(asked.questionId)).toMatchObject([{ body: '(empty output)', from: { id: 'qa' } }]);
    expect(await messageOf(asked.questionId)).toMatchObject({ status: 'done' });
    expect((await start(asked.work)).prompt).toContain('(empty output)');
  });

  it.each(Object.entries(complete))('%s, says no more where it was answered by tool', async (_how, end) => {
    const asked = await ask('qa');
    const dispatch = await start(asked.questionId);
    const caller = await resolveCaller(night, dispatch.key);
    await replyToMessage(caller, { messageId: asked.questionId, body: 'that one' });
    await end(dispatch);
    expect(await answersTo(asked.questionId)).toMatchObject([{ body: 'that one' }]);
  });
});
