import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { askQuestion, type Question } from '@/lib/services/dispatches/questions/ask';
import { sweepDeadlines } from '@/lib/services/dispatches/questions/sweep-deadlines';
import { DeletedQuestionSweep } from '@/lib/services/dispatches/questions/sweep-deleted';
import { tellHolds } from '@/lib/services/dispatches/questions/tell-holds';
import { sweepUnanswerable } from '@/lib/services/dispatches/questions/sweep-unanswerable';
import { makeActor } from '@/tests/support/actors';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

/** Who asked an agent type and set no deadline does not wait for good, whatever becomes of the question. */
let api: ApiServer;
let night: Context;
let asked: string;
let count = 0;

beforeAll(async () => {
  api = await startApiServer();
  night = makeActor(api.plane, 'orchestrator');
  await make('asker');
});
afterAll(() => api.stop());
beforeEach(async () => {
  count += 1;
  asked = `asked-${count}`;
  await make(asked);
});

const call = async (method: string, path: string, body?: unknown) => {
  const answer = await api.call(method, path, { body });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
};
const make = (slug: string) => call('POST', '/api/agent-types', { slug, name: slug, concurrency: 50 });
const message = (id: string) => call('GET', `/api/messages/${id}`);
const claim = async (id: string) =>
  (await claimDispatches(night, { consumer: 'c', max: 1, waitMs: 0, source: { kind: 'message', id } })).dispatches[0];
const rowOf = async (id: string) => (await api.plane.collections.dispatches.findOne({ _id: new ObjectId(id) }))!;

/** Work that stands still until its question is answered. */
async function ask(question: Partial<Question> = {}) {
  const work = await call('POST', '/api/messages', { assignedTo: 'asker', body: 'work' });
  const { id } = (await claim(work.id))!;
  const { questionId } = await askQuestion(api.plane, await rowOf(id), { to: asked, question: 'which?', ...question });
  return { work: work.id as string, questionId, dispatchId: id };
}
const answersTo = (questionId: string) =>
  api.plane.collections.messages.find({ inReplyTo: new ObjectId(questionId), kind: 'answer' }).toArray();

describe('a question that was cancelled', () => {
  const ways = {
    'before anybody took it': (questionId: string) => call('POST', `/api/messages/${questionId}/cancel`),
    'while an agent was at it': async (questionId: string) => {
      const { id, epoch } = (await claim(questionId))!;
      await call('POST', `/api/messages/${questionId}/cancel`);
      expect(await sweepUnanswerable(api.plane)).toBe(0);
      await call('POST', `/api/dispatches/${id}/release`, { epoch });
    },
    'after it had died': async (questionId: string) => {
      const { id, epoch } = (await claim(questionId))!;
      await call('POST', `/api/dispatches/${id}/fail`, { epoch, error: 'no', retryable: false });
      // A person may still redrive it.
      expect(await sweepUnanswerable(api.plane)).toBe(0);
      await call('POST', `/api/dispatches/${id}/cancel`);
    },
  };

  it.each(Object.entries(ways))('%s, lets whoever asked go on, and says so', async (_way, cancel) => {
    const { work, questionId, dispatchId } = await ask();
    await cancel(questionId);
    // Two processes at once.
    await Promise.all([sweepUnanswerable(api.plane), sweepUnanswerable(api.plane)]);
    const resumed = (await claim(work))!;
    expect(resumed).toMatchObject({ id: dispatchId, mode: 'resume', epoch: 2 });
    expect(resumed.prompt).toContain('the question was cancelled');
    expect(await answersTo(questionId)).toMatchObject([{ from: { kind: 'system' }, late: false }]);
    expect((await message(questionId)).status).toBe('cancelled');
    expect(await sweepUnanswerable(api.plane)).toBe(0);
  });

  it('is answered by its default', async () => {
    const { work, questionId } = await ask({ options: ['a', 'b'], default: 'b' });
    await call('POST', `/api/messages/${questionId}/cancel`);
    await sweepUnanswerable(api.plane);
    expect(await answersTo(questionId)).toMatchObject([
      { body: 'b', reason: 'the question was cancelled; the declared default holds' },
    ]);
    expect(await claim(work)).toMatchObject({ mode: 'resume' });
  });
});

const remove = (questionId: string) => api.plane.collections.messages.deleteOne({ _id: new ObjectId(questionId) });
/** Of two processes, at once: how many each let go on. */
const sweepDeleted = () => Promise.all([1, 2].map(() => new DeletedQuestionSweep(api.plane).run()));

describe('a question that a driver deleted', () => {
  it.each(['human', 'an agent type'])('and that %s was asked lets whoever asked go on, and says so', async whom => {
    const { work, questionId, dispatchId } = await ask(whom === 'human' ? { to: 'human' } : {});
    expect(await sweepDeleted()).toEqual([0, 0]);
    await remove(questionId);
    await sweepDeleted();
    const resumed = (await claim(work))!;
    expect(resumed).toMatchObject({ id: dispatchId, mode: 'resume', epoch: 2 });
    expect(resumed.prompt).toContain('the question was deleted');
    expect(await answersTo(questionId)).toMatchObject([
      { from: { kind: 'system' }, late: false, threadId: new ObjectId(resumed.thread!.id) },
    ]);
    expect(await sweepDeleted()).toEqual([0, 0]);
  });

  it('is answered by its default, also where its thread is gone with it', async () => {
    const { work, questionId } = await ask({ options: ['a', 'b'], default: 'b' });
    const { threadId } = await message(questionId);
    await remove(questionId);
    await api.plane.collections.threads.deleteOne({ _id: new ObjectId(threadId as string) });
    await api.plane.collections.messages.updateOne({ _id: new ObjectId(work) }, { $unset: { rankAt: 1 } });
    await sweepDeleted();
    const [answer] = await answersTo(questionId);
    expect(answer).toMatchObject({ body: 'b', reason: 'the question was deleted; the declared default holds' });
    expect(answer!.threadId).toEqual(answer!._id);
  });

  it('and had a deadline is answered by its default when that has passed', async () => {
    const { work, questionId, dispatchId } = await ask({ default: 'b', deadline: '2100-01-01T00:00:00.000Z' });
    await remove(questionId);
    const _id = new ObjectId(dispatchId);
    await api.plane.collections.dispatches.updateOne({ _id }, { $set: { 'question.deadline': new Date(0) } });
    await sweepDeadlines(api.plane);
    expect(await answersTo(questionId)).toMatchObject([{ body: 'b' }]);
    expect(await claim(work)).toMatchObject({ mode: 'resume' });
  });
});

describe('a question whose agent type is gone', () => {
  it('is put to people, whose answer resumes whoever asked', async () => {
    const { work, questionId } = await ask();
    await call('DELETE', `/api/agent-types/${asked}`);
    await sweepUnanswerable(api.plane);
    expect(await message(questionId)).toMatchObject({
      assignedTo: 'human',
      status: 'none',
      reason: `there is no agent type '${asked}'`,
    });
    expect(await message(work)).toMatchObject({ status: 'waiting', reason: 'waits for a person’s answer' });
    const { items } = await call('GET', '/api/inbox?kind=question');
    const { threadId } = items.find(({ id }: { id: string }) => id === questionId);
    expect(await sweepUnanswerable(api.plane)).toBe(0);
    await call('POST', `/api/threads/${threadId}/messages`, { body: 'this one', inReplyTo: questionId });
    expect((await claim(work))!.prompt).toContain('this one');
  });

  it('is put to people whole where that was cut off, and keeps its deadline', async () => {
    const { questionId, dispatchId } = await ask({
      deadline: new Date(Date.now() + 60_000).toISOString(),
      default: 'x',
    });
    await call('DELETE', `/api/agent-types/${asked}`);
    vi.spyOn(api.plane.collections.dispatches, 'updateOne').mockRejectedValueOnce(new Error('killed'));
    await sweepUnanswerable(api.plane);
    expect((await rowOf(dispatchId)).question).toMatchObject({ to: asked });
    await sweepUnanswerable(api.plane);
    expect((await rowOf(dispatchId)).question).toMatchObject({ to: 'human' });
    const past = new Date(Date.now() - 60_000);
    const _id = new ObjectId(dispatchId);
    await api.plane.collections.dispatches.updateOne({ _id }, { $set: { 'question.deadline': past } });
    await sweepDeadlines(api.plane);
    expect(await answersTo(questionId)).toMatchObject([{ body: 'x' }]);
  });

  it('comes back to it where there is one of that name before anybody looked', async () => {
    const { questionId } = await ask();
    const _id = new ObjectId(questionId);
    const { messages } = api.plane.collections;
    // As a process leaves it that read of the deletion late.
    await messages.updateOne({ _id }, { $set: { status: 'unroutable' } });
    await sweepUnanswerable(api.plane);
    expect(await message(questionId)).toMatchObject({ assignedTo: asked, status: 'unroutable' });
    await messages.updateOne({ _id }, { $set: { status: 'queued' } });
  });

  it('is put to people also where it was put to that type by a person', async () => {
    const { work, questionId } = await ask({ to: 'human' });
    await call('PATCH', `/api/messages/${questionId}`, { assignedTo: asked });
    expect(await message(work)).toMatchObject({ reason: `waits for ${asked} to answer` });
    await call('DELETE', `/api/agent-types/${asked}`);
    await sweepUnanswerable(api.plane);
    expect(await message(questionId)).toMatchObject({ assignedTo: 'human', status: 'none' });
    expect(await message(work)).toMatchObject({ reason: 'waits for a person’s answer' });
  });
});

const pause = async (paused: boolean) => {
  const { revision } = await call('GET', `/api/agent-types/${asked}`);
  await call('PATCH', `/api/agent-types/${asked}`, { paused, revision });
};
/** Of two processes, at once. */
const tell = () => Promise.all([tellHolds(api.plane), tellHolds(api.plane)]);

describe('a question to an agent type that may not answer now', () => {
  it.each(['before', 'after'])(
    'paused %s it was asked, says so beside the work that waits, until it may',
    async when => {
      if (when === 'before') await pause(true);
      const { work, questionId } = await ask();
      if (when === 'after') await pause(true);
      expect(await message(questionId)).toMatchObject({ status: 'held', reason: `${asked} is paused` });
      await tell();
      expect(await message(work)).toMatchObject({
        status: 'waiting',
        reason: `waits for ${asked} to answer; ${asked} is paused`,
      });
      expect(await tell()).toEqual([0, 0]);
      await pause(false);
      await tell();
      expect(await message(work)).toMatchObject({ status: 'waiting', reason: `waits for ${asked} to answer` });
      expect(await tell()).toEqual([0, 0]);
    },
  );

  it('says nothing of it once a person answered', async () => {
    await pause(true);
    const { work, questionId } = await ask();
    const { messages } = api.plane.collections;
    const { threadId } = await message(questionId);
    const update = messages.updateOne.bind(messages);
    // Between what is read and what is said of it.
    vi.spyOn(messages, 'updateOne').mockImplementationOnce(async (...args) => {
      await call('POST', `/api/threads/${threadId}/messages`, { body: 'this one', inReplyTo: questionId });
      return update(...args);
    });
    await tellHolds(api.plane);
    expect(await message(work)).toMatchObject({ status: 'waiting', reason: 'answered; goes on when it is claimed' });
    expect((await claim(work))!.prompt).toContain('this one');
  });
});

/** How often it stands there as dead. */
const inbox = async (questionId: string) => {
  const { items } = await call('GET', '/api/inbox?kind=dead');
  return items.filter(({ id }: { id: string }) => id === questionId).length;
};

/** Work whose question was tried and given up. */
const askInVain = async () => {
  const waiting = await ask();
  const { id, epoch } = (await claim(waiting.questionId))!;
  await call('POST', `/api/dispatches/${id}/fail`, { epoch, error: 'no', retryable: false });
  expect(await inbox(waiting.questionId)).toBe(1);
  return waiting;
};

describe('a question that died', () => {
  it('and that a person answers is over, and leaves the inbox', async () => {
    const { work, questionId } = await askInVain();
    const { threadId } = await message(questionId);
    await call('POST', `/api/threads/${threadId}/messages`, { body: 'this one', inReplyTo: questionId });
    expect((await message(questionId)).status).toBe('done');
    expect(await inbox(questionId)).toBe(0);
    expect((await claim(work))!.prompt).toContain('this one');
  });

  it('is called off with whoever asked it', async () => {
    const { work, questionId } = await askInVain();
    await call('POST', `/api/messages/${work}/cancel`);
    expect(await message(questionId)).toMatchObject({ status: 'cancelled', reason: 'whoever asked was stopped' });
  });
});
