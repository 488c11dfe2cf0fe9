import { ObjectId, type Document } from 'mongodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Claim } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { AnswerSweep } from '@/lib/services/dispatches/settle/sweep-answers';
import { adoptRawMessages } from '@/lib/services/messages/adoption/adopt-message';
import { createMessage } from '@/lib/services/messages/create-message';
import { createTenant } from '@/lib/services/tenants/create-tenant';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** A reply that a driver inserts is what the same reply through the API would be. */
let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const rows = () => test.plane.collections;
const rowOf = (id: ObjectId | string) =>
  rows()
    .messages.findOne({ _id: new ObjectId(id) })
    .then(row => row!);
const claim = (more: Partial<Claim>) => claimDispatches(night, { consumer: 'c', max: 10, waitMs: 0, ...more });
const claimOf = (id: ObjectId | string) => claim({ source: { kind: 'message', id: String(id) } });

/** As a driver does it; the stream has shown it. */
async function insertRaw(document: object): Promise<ObjectId> {
  const _id = new ObjectId();
  await rows().messages.insertOne({ _id, body: 'raw', ...document } as never);
  test.plane.rawIntake.note(String(_id));
  test.plane.adoption.note('message', String(_id));
  await test.plane.rawIntake.get(String(_id));
  return _id;
}

/** When whoever took it up had time to bring it. */
async function sweepLater(id: ObjectId): Promise<void> {
  await rows().messages.updateOne({ _id: id }, [{ $set: { arrivedAt: { $subtract: ['$arrivedAt', 3_000] } } }]);
  await new AnswerSweep(test.plane).run();
}

async function ask(to: string) {
  const work = await createMessage(person, { assignedTo: 'research', body: 'work' });
  const [dispatch] = (await claimOf(work.id)).dispatches;
  const row = (await rows().dispatches.findOne({ _id: new ObjectId(dispatch!.id) }))!;
  const { questionId } = await askQuestion(test.plane, row, { to, question: 'which?' });
  const question = await rowOf(questionId);
  return { work: work.id, dispatchId: dispatch!.id, inReplyTo: question._id, threadId: question.threadId };
}

describe('a raw reply to a question', () => {
  it.each([
    ['taken up by the queue', async () => test.plane.adoption.flush()],
    ['named by a claim', async (id: ObjectId) => void (await claimOf(id))],
    ['in the way of a claim by rank', async () => void (await claim({ agentTypes: ['legal'] }))],
  ])('resumes the asker and is nobody’s work: %s', async (_how, takeUp) => {
    const { work, dispatchId, inReplyTo } = await ask('human');
    // With a thread of its own it is one that a claim could take up itself.
    const id = await insertRaw({ inReplyTo, assignedTo: 'legal', body: 'the raw one' });
    await takeUp(id);
    expect(await rowOf(id)).toMatchObject({ kind: 'answer', status: 'none', hops: 2, late: false, dispatchId: null });
    const [resumed] = (await claimOf(work)).dispatches;
    expect(resumed).toMatchObject({ id: dispatchId, mode: 'resume' });
    expect(resumed!.prompt).toContain('the raw one');
    expect(await rowOf(inReplyTo)).toMatchObject({ status: 'done' });
  });

  it('in its thread, by the id as the API shows it, and where it is not the first, is an answer too', async () => {
    const { work, threadId, inReplyTo } = await ask('human');
    const [first, second] = [
      await insertRaw({ threadId, inReplyTo: String(inReplyTo) }),
      await insertRaw({ threadId, inReplyTo: String(inReplyTo) }),
    ];
    await test.plane.adoption.flush();
    expect(await rowOf(first)).toMatchObject({ kind: 'answer', late: false, inReplyTo });
    expect(await rowOf(second)).toMatchObject({ kind: 'answer', late: true });
    expect((await claimOf(work)).dispatches).toMatchObject([{ mode: 'resume' }]);
  });

  it('that was taken up and cut off before it woke anybody is brought by the sweep', async () => {
    const { work, inReplyTo } = await ask('human');
    const id = await insertRaw({ inReplyTo });
    vi.spyOn(rows().dispatches, 'findOneAndUpdate').mockRejectedValueOnce(new Error('killed'));
    await expect(adoptRawMessages(test.plane, [id])).rejects.toThrow('killed');
    await sweepLater(id);
    expect((await claimOf(work)).dispatches).toMatchObject([{ mode: 'resume' }]);
  });

  it('from an agent that was not asked, or from another tenant, answers nothing', async () => {
    const tenantId = 'elsewhere';
    await createTenant(makeActor(test.plane, 'admin'), { tenantId, name: tenantId });
    const { dispatchId, inReplyTo } = await ask('qa');
    const ids = [
      await insertRaw({ inReplyTo, from: { kind: 'agent', id: 'legal' } }),
      await insertRaw({ inReplyTo, tenantId }),
    ];
    await test.plane.adoption.flush();
    for (const id of ids) expect(await rowOf(id)).toMatchObject({ kind: 'message', status: 'none' });
    const row = await rows().dispatches.findOne({ _id: new ObjectId(dispatchId) });
    expect(row).toMatchObject({ status: 'waiting', question: { answerId: null } });
    const asked = await insertRaw({ inReplyTo, from: { kind: 'agent', id: 'qa' } });
    await test.plane.adoption.flush();
    expect(await rowOf(asked)).toMatchObject({ kind: 'answer', late: false });
  });
});

describe('what only the plane says of a message', () => {
  const forged = { wakes: true, acceptedFrom: { dispatchId: new ObjectId(), epoch: 1 } };

  it('makes nobody’s word an answer where a driver wrote it', async () => {
    const { dispatchId, inReplyTo } = await ask('human');
    const from = { kind: 'agent', id: 'legal' };
    const id = await insertRaw({ ...forged, kind: 'answer', inReplyTo, from, assignedTo: 'research' });
    await test.plane.adoption.flush();
    const row = await rowOf(id);
    expect([row.status, row.wakes, row.acceptedFrom]).toEqual(['queued', undefined, undefined]);
    await sweepLater(id);
    const asker = await rows().dispatches.findOne({ _id: new ObjectId(dispatchId) });
    expect(asker).toMatchObject({ status: 'waiting', question: { answerId: null } });
  });

  it('does not outlive the claim that takes it up', async () => {
    const id = await insertRaw({ ...forged, assignedTo: 'legal' });
    const adopt = vi.spyOn(rows().messages, 'updateMany');
    expect((await claimOf(id)).dispatches).toMatchObject([{ prompt: expect.stringContaining('raw') }]);
    // In the write that claims it.
    expect(adopt.mock.calls.some(([, update]) => '$set' in update && update.$set?.status === 'claimed')).toBe(true);
    adopt.mockRestore();
    const row = await rowOf(id);
    expect([row.status, row.wakes, row.acceptedFrom]).toEqual(['claimed', undefined, undefined]);
  });

  it('stays on what is an answer, but for what ended it', async () => {
    const { work, inReplyTo } = await ask('human');
    const id = await insertRaw({ ...forged, inReplyTo });
    await test.plane.adoption.flush();
    expect(await rowOf(id)).toMatchObject({ kind: 'answer', late: false });
    expect((await rowOf(id)).acceptedFrom).toBeUndefined();
    expect((await claimOf(work)).dispatches).toMatchObject([{ mode: 'resume' }]);
  });
});

describe('what a driver says in a thread that waits for a person', () => {
  it('is the answer, like a person’s message through the API', async () => {
    const { work, dispatchId, inReplyTo, threadId } = await ask('human');
    const id = await insertRaw({ threadId, body: 'the red one' });
    await test.plane.adoption.flush();
    expect(await rowOf(id)).toMatchObject({ kind: 'answer', status: 'none', inReplyTo, hops: 2, late: false });
    const [resumed] = (await claimOf(work)).dispatches;
    expect(resumed).toMatchObject({ id: dispatchId, mode: 'resume' });
    const after = await insertRaw({ threadId });
    await test.plane.adoption.flush();
    expect(await rowOf(after)).toMatchObject({ kind: 'message', inReplyTo: null });
  });

  it('is one answer of several that come together; what comes after it is a message, what says so an answer', async () => {
    const { work, inReplyTo, threadId } = await ask('human');
    const first = await insertRaw({ threadId, body: 'the red one' });
    const second = await insertRaw({ threadId, body: 'and hurry' });
    const third = await insertRaw({ threadId, inReplyTo, body: 'the blue one' });
    await adoptRawMessages(test.plane, [second, third, first]);
    expect(await rowOf(first)).toMatchObject({ kind: 'answer', inReplyTo, late: false });
    expect(await rowOf(second)).toMatchObject({ kind: 'message', inReplyTo: null, hops: 0, status: 'none' });
    expect((await rowOf(second)).wakes).toBeUndefined();
    expect(await rowOf(third)).toMatchObject({ kind: 'answer', inReplyTo, late: true });
    expect((await claimOf(work)).dispatches).toMatchObject([{ mode: 'resume' }]);
  });

  it('is one answer also where an older one is taken up with the one asked for', async () => {
    const { inReplyTo, threadId } = await ask('human');
    const older = new ObjectId();
    await rows().messages.insertOne({ _id: older, body: 'missed', threadId } as never);
    const asked = await insertRaw({ threadId });
    await adoptRawMessages(test.plane, [asked]);
    expect(await rowOf(older)).toMatchObject({ kind: 'answer', inReplyTo, late: false });
    expect(await rowOf(asked)).toMatchObject({ kind: 'message', inReplyTo: null });
  });

  it('is none where an agent says it, where it names somebody to work on it, or where two are asked', async () => {
    const { dispatchId, threadId } = await ask('human');
    const said = await insertRaw({ threadId, from: { kind: 'agent', id: 'legal' } });
    const named = await insertRaw({ threadId, assignedTo: 'legal' });
    await test.plane.adoption.flush();
    expect(await rowOf(said)).toMatchObject({ kind: 'message', inReplyTo: null });
    expect(await rowOf(named)).toMatchObject({ kind: 'message', status: 'queued' });
    const question = await rows().messages.findOne({ threadId, kind: 'question' });
    await rows().messages.insertOne({ ...question!, _id: new ObjectId(), seq: 90 });
    const unclear = await insertRaw({ threadId });
    await test.plane.adoption.flush();
    expect(await rowOf(unclear)).toMatchObject({ kind: 'message', inReplyTo: null });
    const row = await rows().dispatches.findOne({ _id: new ObjectId(dispatchId) });
    expect(row).toMatchObject({ status: 'waiting', question: { answerId: null } });
  });
});

/** What the server read for the latest aggregation of messages. */
async function examinedBy(read: { mock: { calls: unknown[][] } }): Promise<number> {
  const pipeline = read.mock.calls.at(-1)![0] as Document[];
  const told = await rows().messages.aggregate(pipeline).explain('executionStats');
  return Number(/"totalDocsExamined":(\d+)/.exec(JSON.stringify(told))![1]);
}

describe('the question that a thread waits with', () => {
  const LONG = 400;

  it('is found without reading a long thread', async () => {
    const { inReplyTo, threadId } = await ask('human');
    const question = await rowOf(inReplyTo);
    const said = { ...question, kind: 'message' as const, assignedTo: null };
    await rows().messages.insertMany(
      Array.from({ length: LONG }, (_, at) => ({ ...said, _id: new ObjectId(), seq: 100 + at })),
    );
    const read = vi.spyOn(rows().messages, 'aggregate');
    const id = await insertRaw({ threadId });
    await test.plane.adoption.flush();
    expect(await rowOf(id)).toMatchObject({ kind: 'answer', inReplyTo });
    // It waits again, as it did when it was looked for.
    await rows().messages.updateOne({ _id: inReplyTo }, { $set: { status: 'none' } });
    const examined = await examinedBy(read);
    read.mockRestore();
    expect(examined).toBeGreaterThan(0);
    expect(examined).toBeLessThan(20);
  });
});

describe('raw replies to replies', () => {
  const LAST = 8;

  it('are stopped past the limit, claimed one after the other', async () => {
    let inReplyTo: ObjectId | null = null;
    for (let hops = 0; hops <= LAST; hops += 1) {
      inReplyTo = await insertRaw({ assignedTo: 'seo', ...(inReplyTo ? { inReplyTo } : {}) });
      expect((await claimOf(inReplyTo)).dispatches).toHaveLength(1);
      expect(await rowOf(inReplyTo)).toMatchObject({ hops });
    }
    const stopped = await insertRaw({ assignedTo: 'seo', inReplyTo });
    expect((await claimOf(stopped)).dispatches).toEqual([]);
    expect(await rowOf(stopped)).toMatchObject({ status: 'loop-stopped', hops: LAST + 1 });
  });

  it('are stopped past the limit, also when all of them come at once', async () => {
    const ids: ObjectId[] = [];
    for (let at = 0; at <= LAST + 1; at += 1) {
      ids.push(await insertRaw({ assignedTo: 'seo', ...(at > 0 ? { inReplyTo: ids[at - 1] } : {}) }));
    }
    await test.plane.adoption.flush();
    const statuses = (await Promise.all(ids.map(rowOf))).map(({ status }) => status);
    expect(statuses).toEqual([...Array.from({ length: LAST + 1 }, () => 'queued'), 'loop-stopped']);
  });
});
