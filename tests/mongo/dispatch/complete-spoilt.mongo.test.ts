import { Long, MongoNetworkError, ObjectId, type Document } from 'mongodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { createMessage } from '@/lib/services/messages/create-message';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** What is wrong with one of a batch is told of that one. */
let test: TestPlane;
let person: Context;
let night: Context;
beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const start = async (): Promise<Dispatch> => {
  const { id } = await createMessage(person, { body: 'work', assignedTo: 'research' });
  const source = { kind: 'message' as const, id };
  return (await claimDispatches(night, { consumer: 'night', max: 1, waitMs: 0, source })).dispatches[0]!;
};
const startMany = (count: number) => Promise.all(Array.from({ length: count }, start));
const itemsOf = (dispatches: Dispatch[], output = (n: number) => `answer ${n}`) =>
  dispatches.map(({ id, epoch }, n) => ({ id, epoch, output: output(n) }));
const rowsOf = (dispatches: Dispatch[]) =>
  test.plane.collections.dispatches.find({ _id: { $in: dispatches.map(({ id }) => new ObjectId(id)) } }).toArray();

describe('of a batch of completions', () => {
  it.each([1, 3])('one that cannot be written out is told for itself, beside %i that can', async others => {
    const [bad, ...good] = await startMany(1 + others);
    const { messages, dispatches } = test.plane.collections;
    const _id = new ObjectId(bad!.source.id);
    const from = (await messages.findOne({ _id }))!.from;
    await messages.updateOne({ _id }, { $set: { expectsReply: true }, $unset: { from: 1 } });
    const items = itemsOf([...good, bad!]);
    const told = [
      ...good.map(({ id }) => ({ id, status: 'done' })),
      { id: bad!.id, status: 'refused', code: 'internal' },
    ];
    expect((await completeDispatches(night, { items })).results).toEqual(told);
    expect(await rowsOf(good)).toMatchObject(good.map(() => ({ status: 'done', settled: true })));
    // The same again is the same, until it can be written out.
    expect((await completeDispatches(night, { items })).results).toEqual(told);
    await messages.updateOne({ _id }, { $set: { from } });
    expect((await completeDispatches(night, { items })).results.at(-1)).toEqual({ id: bad!.id, status: 'done' });
    expect(await dispatches.countDocuments({ _id: new ObjectId(bad!.id), settled: true })).toBe(1);
  });

  it('one whose outcome the server does not take is refused, and the others are done', async () => {
    const [bad, good] = await startMany(2);
    const { dispatches } = test.plane.collections;
    // Nearly as long as a record may be.
    await dispatches.updateOne({ _id: new ObjectId(bad!.id) }, { $set: { transcriptUrl: 'x'.repeat(200_000) } });
    const items = itemsOf([bad!, good!], n => (n === 0 ? 'y'.repeat(64_000) : 'answer'));
    expect((await completeDispatches(night, { items })).results).toEqual([
      { id: bad!.id, status: 'refused', code: 'too-large' },
      { id: good!.id, status: 'done' },
    ]);
    expect(await rowsOf([bad!])).toMatchObject([{ status: 'running' }]);
    await dispatches.updateOne({ _id: new ObjectId(bad!.id) }, { $set: { transcriptUrl: null } });
    expect((await completeDispatches(night, { items })).results).toMatchObject([
      { status: 'done' },
      { status: 'done' },
    ]);
  });

  it.each([
    ['alone', []],
    ['beside one that is not there', [{ id: String(new ObjectId()), epoch: 1, output: 'x' }]],
  ])('one whose outcome the server does not take is refused, %s', async (_where, beside) => {
    const [bad] = await startMany(1);
    const { dispatches } = test.plane.collections;
    const _id = new ObjectId(bad!.id);
    await dispatches.updateOne({ _id }, { $set: { transcriptUrl: 'x'.repeat(200_000) } });
    const items = [...itemsOf([bad!], () => 'y'.repeat(64_000)), ...beside];
    expect((await completeDispatches(night, { items })).results[0]).toEqual({
      id: bad!.id,
      status: 'refused',
      code: 'too-large',
    });
    await dispatches.updateOne({ _id }, { $set: { transcriptUrl: null } });
    expect((await completeDispatches(night, { items })).results[0]).toEqual({ id: bad!.id, status: 'done' });
  });

  /** An operator that there is none of, a list, a time beyond those of a Date, a text, nothing. */
  const SPOILT: Document[] = [
    { $literal: { $later: 1 } },
    { $literal: [new Date(0)] },
    { $toDate: Long.MAX_VALUE },
    { $literal: 'noon' },
    '$$REMOVE',
  ] as Document[];

  it.each(SPOILT.flatMap(value => [1, 2].map(many => [JSON.stringify(value), many, value] as const)))(
    'with %s for its times, of %i: it is done all the same',
    async (_what, many, value) => {
      const spoilt = await startMany(many);
      const { dispatches } = test.plane.collections;
      const _id = { $in: spoilt.map(({ id }) => new ObjectId(id)) };
      await dispatches.updateMany({ _id }, [{ $set: { updatedAt: value, firstHeartbeatAt: value } }]);
      const { results } = await completeDispatches(night, { items: itemsOf(spoilt) });
      expect(results).toEqual(spoilt.map(({ id }) => ({ id, status: 'done' })));
      expect(await dispatches.countDocuments({ _id, status: 'done', settled: true })).toBe(many);
    },
  );

  it('all are told as failed where the database went away', async () => {
    const dispatches = await startMany(2);
    const items = itemsOf(dispatches);
    const away = new MongoNetworkError('gone');
    const { messages } = test.plane.collections;
    const writes = [vi.spyOn(messages, 'insertMany'), vi.spyOn(messages, 'findOneAndUpdate')];
    for (const write of writes) write.mockRejectedValue(away as never);
    await expect(completeDispatches(night, { items })).rejects.toBe(away);
    for (const write of writes) write.mockRestore();
    const { results } = await completeDispatches(night, { items });
    expect(results).toEqual(dispatches.map(({ id }) => ({ id, status: 'done' })));
  });
});
