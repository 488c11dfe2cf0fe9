import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import {
  completeDispatch,
  failDispatch,
  heartbeatDispatch,
  progressDispatch,
  releaseDispatch,
} from '@/lib/services/dispatches/life-cycle';
import { sweepDispatches, sweepOrphans } from '@/lib/services/dispatches/sweep';
import { cancelMessage } from '@/lib/services/messages/change-message';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { adoptRawMessages } from '@/lib/services/messages/adoption/adopt-message';
import { getMessage, listThreadMessages } from '@/lib/services/messages/read-messages';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const claim = (ctx: Context, more: object = {}) =>
  claimDispatches(ctx, { consumer: ctx.principal.id, max: 1, waitMs: 0, ...more });
const claimOne = async (ctx: Context, messageId: string): Promise<Dispatch> => {
  const { dispatches, reason } = await claim(ctx, { source: { kind: 'message', id: messageId } });
  if (!dispatches[0]) throw new Error(`nothing claimed: ${reason}`);
  return dispatches[0];
};
const rowOf = (id: string) => test.plane.collections.dispatches.findOne({ _id: new ObjectId(id) }).then(row => row!);
const set = (slug: string, fields: object) =>
  test.plane.collections.agentTypes
    .updateOne({ slug, tenantId: 'default' }, { $set: fields })
    .then(() => test.plane.agentTypes.clear());

describe('claim', () => {
  it('hands over the work itself, however much was said in its thread since', async () => {
    const message = await createMessage(person, { body: 'the work', assignedTo: 'research' });
    const note = (at: number) => ({ body: `note ${at}`, assignedTo: null, threadId: message.threadId });
    for (let at = 0; at < 60; at += 1) await createMessage(person, note(at));
    const { id, thread, prompt } = await claimOne(night, message.id);
    const bodies = thread!.messages.map(({ body }) => body);
    expect(bodies).toHaveLength(50);
    expect([bodies[0], bodies[1], bodies.at(-1)]).toEqual(['the work', 'note 11', 'note 59']);
    expect(prompt).toContain('the work');
    await completeDispatch(night, id, { epoch: 1, output: 'ok' });
  });

  it('hands over everything that is needed, and the output becomes the reply', async () => {
    const message = await createMessage(person, { body: 'hello $there', assignedTo: 'research', subject: 'first' });
    expect(message).toMatchObject({ status: 'queued', seq: 1, from: { kind: 'user', id: person.principal.id } });
    const dispatch = await claimOne(night, message.id);
    expect(dispatch).toMatchObject({
      epoch: 1,
      attempt: 1,
      mode: 'start',
      source: { kind: 'message', id: message.id },
    });
    expect(dispatch.key).toMatch(/^dk_/);
    expect(dispatch.thread?.messages.map(({ body }) => body)).toEqual(['hello $there']);
    expect(dispatch.prompt).toContain('hello $there');
    expect(dispatch.prompt).toContain(dispatch.key);
    expect(await getMessage(person, message.id)).toMatchObject({ status: 'claimed', epoch: 1 });
    const done = await completeDispatch(night, dispatch.id, { epoch: 1, output: 'hi' });
    expect(done.status).toBe('done');
    const again = await completeDispatch(night, dispatch.id, { epoch: 1, output: 'other' });
    expect(again).toEqual(done);
    const { items } = await listThreadMessages(person, message.threadId, { limit: 50 });
    expect(items.map(({ body, assignedTo, from }) => [body, assignedTo, from.id])).toEqual([
      ['hello $there', 'research', person.principal.id],
      ['hi', null, 'research'],
    ]);
    expect(items[0]).toMatchObject({ status: 'done' });
    expect(items[0]!.ledger.doneAt).not.toBeNull();
    expect(items[1]).toMatchObject({ status: 'none', inReplyTo: message.id, hops: 1 });
  });

  it('gives one item to one of fifty racers', async () => {
    const message = await createMessage(person, { body: 'race', assignedTo: 'qa' });
    const racers = Array.from({ length: 50 }, () => makeActor(test.plane, 'orchestrator'));
    const results = await Promise.all(
      racers.map(racer => claim(racer, { source: { kind: 'message', id: message.id } })),
    );
    const won = results.flatMap(({ dispatches }) => dispatches);
    expect(won).toHaveLength(1);
    expect(new Set(results.filter(r => r.dispatches.length === 0).map(r => r.reason))).toEqual(new Set(['taken']));
    await completeDispatch(night, won[0]!.id, { epoch: won[0]!.epoch, output: 'x' });
  });

  it('takes up a raw insert of any driver', async () => {
    const _id = new ObjectId();
    await test.plane.collections.messages.insertOne({ _id, assignedTo: 'research', body: 'raw' } as never);
    const dispatch = await claimOne(night, _id.toHexString());
    expect(dispatch.thread).toMatchObject({ id: _id.toHexString() });
    await completeDispatch(night, dispatch.id, { epoch: dispatch.epoch, output: 'cooked' });
    const row = await getMessage(person, _id.toHexString());
    expect(row).toMatchObject({
      status: 'done',
      seq: 1,
      priority: 'normal',
      tenantId: 'default',
      threadId: _id.toHexString(),
    });
  });

  it('adopts a raw insert once however many processes see it', async () => {
    const _id = new ObjectId();
    await test.plane.collections.messages.insertOne({ _id, assignedTo: 'research', body: 'many' } as never);
    await Promise.all(Array.from({ length: 20 }, () => adoptRawMessages(test.plane, [_id])));
    const thread = await test.plane.collections.threads.findOne({ _id });
    expect(thread).toMatchObject({ messageCount: 1, lastSeq: 1 });
    await cancelMessage(person, _id.toHexString());
  });

  it('lists a malformed one with its reason and goes on', async () => {
    const _id = new ObjectId();
    await test.plane.collections.messages.insertOne({ _id, assignedTo: 'research', body: 7 } as never);
    await adoptRawMessages(test.plane, [_id]);
    const row = await test.plane.collections.malformed.findOne({ documentId: _id.toHexString() });
    expect(row?.reason).toBe('body: got int, wants a string');
  });

  it('gives raw messages of a thread their places in the order of insert, also when the first was missed', async () => {
    const { messages } = test.plane.collections;
    const [threadId, second, third] = [new ObjectId(), new ObjectId(), new ObjectId()];
    await messages.insertOne({ _id: threadId, body: 'opens it' } as never);
    await messages.insertOne({ _id: second, threadId: threadId.toHexString(), body: 'missed' } as never);
    await messages.insertOne({ _id: third, threadId, body: 'seen' } as never);
    await adoptRawMessages(test.plane, [third]);
    const rows = await messages.find({ _id: { $in: [threadId, second, third] } }).toArray();
    expect(rows.sort((a, b) => a.seq - b.seq).map(({ body }) => body)).toEqual(['opens it', 'missed', 'seen']);
    expect(new Set(rows.map(({ seq }) => seq)).size).toBe(3);
  });

  it('puts a message that was not asked for before the first younger one of its own thread, and no other', async () => {
    const { messages } = test.plane.collections;
    const threads = [new ObjectId(), new ObjectId()];
    for (const threadId of threads) await messages.insertOne({ _id: threadId, body: 'opens it' } as never);
    const [older, fresh, other] = [new ObjectId(), new ObjectId(), new ObjectId()];
    await messages.insertOne({ _id: older, threadId: threads[0], body: 'older' } as never);
    await messages.insertOne({ _id: fresh, threadId: threads[0], body: 'fresh' } as never);
    await messages.insertOne({ _id: other, threadId: threads[1], body: 'of another thread' } as never);
    await adoptRawMessages(test.plane, [older, other]);
    await adoptRawMessages(test.plane, [fresh]);
    const rows = await messages.find({ _id: { $in: [older, fresh] } }).toArray();
    expect(rows.sort((a, b) => a.seq - b.seq).map(({ body }) => body)).toEqual(['older', 'fresh']);
  });

  it('runs a thread one at a time, in order', async () => {
    const first = await createMessage(person, { body: 'one', assignedTo: 'copywriting' });
    const second = await postMessage(person, first.threadId, {
      body: 'two',
      assignedTo: 'copywriting',
      priority: 'urgent',
    });
    const early = await claim(night, { source: { kind: 'message', id: second.id } });
    expect(early).toEqual({ dispatches: [], reason: 'nothing-due' });
    const one = await claimOne(night, first.id);
    expect((await claim(night, { agentTypes: ['copywriting'] })).dispatches).toEqual([]);
    await completeDispatch(night, one.id, { epoch: one.epoch, output: 'done' });
    const two = await claimOne(night, second.id);
    await completeDispatch(night, two.id, { epoch: two.epoch, output: 'done' });
  });

  it('starts the most urgent first, the oldest first within', async () => {
    const sent: string[] = [];
    for (const priority of ['low', 'normal', 'urgent', 'high', 'urgent'] as const) {
      sent.push((await createMessage(person, { body: priority, assignedTo: 'seo', priority })).id);
    }
    await set('seo', { concurrency: 10 });
    const order: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const { dispatches } = await claim(night, { agentTypes: ['seo'] });
      order.push(dispatches[0]!.source.id);
      await completeDispatch(night, dispatches[0]!.id, { epoch: 1, output: 'x' });
    }
    expect(order).toEqual([sent[2], sent[4], sent[3], sent[1], sent[0]]);
  });

  it('never runs more of a type than its limit, with eight claimers', async () => {
    await set('design', { concurrency: 3 });
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => createMessage(person, { body: `d${i}`, assignedTo: 'design' })),
    );
    const claimers = Array.from({ length: 8 }, () => makeActor(test.plane, 'orchestrator'));
    let done = 0;
    let peak = 0;
    const sample = async () => {
      const running = await test.plane.collections.dispatches.countDocuments({
        agentType: 'design',
        status: 'running',
      });
      peak = Math.max(peak, running);
    };
    await Promise.all(
      claimers.map(async claimer => {
        while (done < 30) {
          const { dispatches } = await claim(claimer, { max: 5, agentTypes: ['design'] });
          await sample();
          for (const { id, epoch } of dispatches) {
            await completeDispatch(claimer, id, { epoch, output: 'x' });
            done += 1;
          }
        }
      }),
    );
    expect(done).toBe(30);
    expect(peak).toBeLessThanOrEqual(3);
    expect(peak).toBeGreaterThan(1);
  });

  it('says at-capacity, held and taken', async () => {
    await set('finance', { concurrency: 1 });
    const [a, b] = await Promise.all(['a', 'b'].map(body => createMessage(person, { body, assignedTo: 'finance' })));
    const one = await claimOne(night, a!.id);
    expect((await claim(night, { source: { kind: 'message', id: b!.id } })).reason).toBe('at-capacity');
    expect((await claim(night, { source: { kind: 'message', id: a!.id } })).reason).toBe('taken');
    await completeDispatch(night, one.id, { epoch: one.epoch, output: 'x' });
    await set('finance', { paused: true });
    expect((await claim(night, { agentTypes: ['finance'] })).reason).toBe('held');
    const held = await createMessage(person, { body: 'c', assignedTo: 'finance' });
    expect(held).toMatchObject({ status: 'held', reason: 'finance is paused' });
    await set('finance', { paused: false });
  });
});

describe('lease and epoch', () => {
  it('lapses, is claimable under the next epoch, and keeps the late output', async () => {
    await set('legal', { 'thresholds.leaseMs': 1_000 });
    const message = await createMessage(person, { body: 'slow', assignedTo: 'legal' });
    const first = await claimOne(night, message.id);
    await expect
      .poll(() => sweepDispatches(test.plane).then(() => getMessage(person, message.id)), { timeout: 5_000 })
      .toMatchObject({ status: 'queued' });
    await expect(heartbeatDispatch(night, first.id, { epoch: 1 })).rejects.toMatchObject({ code: 'stale-epoch' });
    await expect(completeDispatch(night, first.id, { epoch: 1, output: 'too late' })).rejects.toMatchObject({
      code: 'stale-epoch',
    });
    const second = await claimOne(night, message.id);
    expect(second).toMatchObject({ epoch: 2, attempt: 2 });
    const kept = await test.plane.collections.dispatches.findOne({ _id: new ObjectId(first.id) });
    expect(kept).toMatchObject({ status: 'lapsed', lateOutput: { epoch: 1, output: 'too late' } });
    expect((await heartbeatDispatch(night, second.id, { epoch: 2 })).cancelRequested).toBe(false);
    await completeDispatch(night, second.id, { epoch: 2, output: 'in time' });
  });

  it('parks the work after its last attempt, and a failure that is not retryable at once', async () => {
    await set('sales', { 'thresholds.maxAttempts': 2 });
    const message = await createMessage(person, { body: 'bad', assignedTo: 'sales' });
    const one = await claimOne(night, message.id);
    await failDispatch(night, one.id, { epoch: 1, error: 'boom', retryable: true });
    const waiting = await getMessage(person, message.id);
    expect(waiting).toMatchObject({ status: 'queued', reason: 'attempt 1: boom' });
    expect((await claim(night, { source: { kind: 'message', id: message.id } })).reason).toBe('nothing-due');
    await expect
      .poll(() => claim(night, { source: { kind: 'message', id: message.id } }), { timeout: 5_000 })
      .toMatchObject({ dispatches: [{ epoch: 2 }] });
    const row = await getMessage(person, message.id);
    await failDispatch(night, row.dispatchId!, { epoch: 2, error: 'boom again', retryable: true });
    expect(await getMessage(person, message.id)).toMatchObject({ status: 'dead', reason: 'attempt 2: boom again' });
  });

  it('makes work due again that a lost primary left claimed by nobody', async () => {
    const message = await createMessage(person, { body: 'orphan', assignedTo: 'operations' });
    const lost = await claimOne(night, message.id);
    await test.plane.collections.dispatches.deleteOne({ _id: new ObjectId(lost.id) });
    expect(await sweepOrphans(test.plane)).toBe(0);
    await test.plane.collections.messages.updateOne(
      { _id: new ObjectId(message.id) },
      { $set: { updatedAt: new Date(0) } },
    );
    expect(await sweepOrphans(test.plane)).toBe(1);
    const again = await claimOne(night, message.id);
    expect(again.epoch).toBe(2);
    await completeDispatch(night, again.id, { epoch: 2, output: 'x' });
  });

  it('spends no attempt on a release', async () => {
    const message = await createMessage(person, { body: 'back', assignedTo: 'operations' });
    const one = await claimOne(night, message.id);
    await releaseDispatch(night, one.id, { epoch: 1 });
    const two = await claimOne(night, message.id);
    expect(two).toMatchObject({ epoch: 2, attempt: 1 });
    await completeDispatch(night, two.id, { epoch: 2, output: 'x' });
  });

  it('stops a running dispatch at its next heartbeat', async () => {
    const message = await createMessage(person, { body: 'stop me', assignedTo: 'operations' });
    const one = await claimOne(night, message.id);
    await cancelMessage(person, message.id);
    expect(await heartbeatDispatch(night, one.id, { epoch: 1 })).toMatchObject({
      status: 'cancelling',
      cancelRequested: true,
    });
    expect(await failDispatch(night, one.id, { epoch: 1, error: 'stopped', retryable: false })).toMatchObject({
      status: 'cancelled',
    });
    expect(await getMessage(person, message.id)).toMatchObject({ status: 'cancelled' });
  });
});

describe('ask', () => {
  it('waits without slot or lane, and comes back with the answer, resumed', async () => {
    await set('research', { concurrency: 1 });
    const message = await createMessage(person, { body: 'write a claim', assignedTo: 'research' });
    const asker = await claimOne(night, message.id);
    const { questionId } = await askQuestion(test.plane, await rowOf(asker.id), {
      to: 'copywriting',
      question: 'which word?',
    });
    expect(await getMessage(person, message.id)).toMatchObject({ status: 'waiting' });
    await expect(completeDispatch(night, asker.id, { epoch: 1, output: 'x' })).rejects.toMatchObject({
      code: 'waiting',
    });
    const other = await createMessage(person, { body: 'meanwhile', assignedTo: 'research' });
    const meanwhile = await claimOne(night, other.id);
    await completeDispatch(night, meanwhile.id, { epoch: 1, output: 'x' });
    const helper = await claimOne(night, questionId);
    expect(helper.agentType.slug).toBe('copywriting');
    await expect(
      askQuestion(test.plane, await rowOf(helper.id), { to: 'research', question: 'you?' }),
    ).rejects.toMatchObject({ code: 'ask-cycle' });
    await completeDispatch(night, helper.id, { epoch: 1, output: 'the word is claim' });
    const resumed = await claimOne(night, message.id);
    expect(resumed).toMatchObject({ id: asker.id, mode: 'resume', epoch: 2, attempt: 1 });
    expect(resumed.key).not.toBe(asker.key);
    expect(resumed.prompt).toContain('the word is claim');
    await completeDispatch(night, resumed.id, { epoch: 2, output: 'done with it' });
    expect(await getMessage(person, message.id)).toMatchObject({ status: 'done' });
  });

  it('takes a person’s message as the answer where one question waits for them; a second is late', async () => {
    const message = await createMessage(person, { body: 'needs a person', assignedTo: 'research' });
    const asker = await claimOne(night, message.id);
    await progressDispatch(night, asker.id, { epoch: 1, agentId: 'agent-7' });
    const { questionId } = await askQuestion(test.plane, await rowOf(asker.id), { question: 'may I?' });
    const answer = await postMessage(person, message.threadId, { body: 'you may' });
    expect(answer).toMatchObject({ kind: 'answer', inReplyTo: questionId, late: false, status: 'none' });
    const late = await postMessage(person, message.threadId, { body: 'or not', inReplyTo: questionId });
    expect(late).toMatchObject({ kind: 'answer', late: true });
    const elsewhere = makeActor(test.plane, 'orchestrator');
    expect((await claim(elsewhere, { source: { kind: 'message', id: message.id } })).reason).toBe('nothing-due');
    const resumed = await claimOne(night, message.id);
    expect(resumed.agentId).toBe('agent-7');
    expect(resumed.prompt).toContain('you may');
    await completeDispatch(night, resumed.id, { epoch: 2, output: 'ok' });
  });
});
