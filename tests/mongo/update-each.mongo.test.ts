import { MongoBulkWriteError, MongoNetworkError, MongoServerSelectionError, ObjectId, type Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { sweepDispatches } from '@/lib/services/dispatches/sweep';
import { createMessage } from '@/lib/services/messages/create-message';
import { collectionsOf } from '@/lib/store/collections';
import { toDomainError } from '@/lib/store/errors';
import { updateEach } from '@/lib/store/update-each';
import { makeActor } from '../support/actors';
import { openCuttingLine, type CuttingLine } from '../support/cutting-line';
import type { TestPlane } from '../support/make-plane';
import { makeRoomyPlane } from '../support/roomy-plane';

/** Whatever is sent twice, because nobody heard that it was done, is done once. */
let test: TestPlane;
let line: CuttingLine;
beforeAll(async () => {
  test = await makeRoomyPlane();
  line = await openCuttingLine(test.database.name);
});
afterAll(() => line.close());

const rowsOf = (ids: string[]) =>
  test.plane.collections.messages.find({ _id: { $in: ids.map(id => new ObjectId(id)) } }).toArray();

/** As a bulk tells it. */
const hidden = (error: Error) =>
  new MongoBulkWriteError(error as never, { getWriteConcernError: () => undefined } as never);

describe('updates whose answer is lost', () => {
  interface Counted {
    _id: ObjectId;
    n: number;
    note?: number;
  }
  const counted = () => line.db.collection<Counted>('counted');
  const direct = () => test.database.db.collection<Counted>('counted');
  let ids: ObjectId[];
  beforeEach(async () => {
    ids = [new ObjectId(), new ObjectId()];
    await direct().insertMany(ids.map(_id => ({ _id, n: 0 })));
  });
  const raise = (which = ids) => which.map(_id => ({ filter: { _id, n: 0 }, update: { $inc: { n: 1 } } }));
  const counts = async () =>
    (
      await direct()
        .find({ _id: { $in: ids } })
        .toArray()
    ).map(({ n }) => n);

  it.each([['one alone', 1] as const, ['two together', 2] as const])('%s: are done once', async (_name, many) => {
    const before = line.sent('counted');
    line.cutAfterUpdate('counted');
    expect(await updateEach(counted(), raise(ids.slice(0, many)))).toBeNull();
    expect(line.sent('counted') - before).toBe(2);
    expect(await counts()).toEqual([1, many === 2 ? 1 : 0]);
  });

  it('twice is what whoever sent them hears', async () => {
    line.cutAfterUpdate('counted', 2);
    const before = line.sent('counted');
    await expect(updateEach(counted(), raise(ids.slice(0, 1)))).rejects.toBeInstanceOf(MongoNetworkError);
    expect(line.sent('counted') - before).toBe(2);
  });

  it('and then never: what may stand is not told as if nothing had been done', async () => {
    const none = new MongoServerSelectionError('none', {} as never);
    for (const [name, many] of [['updateMany', 1] as const, ['bulkWrite', 2] as const]) {
      const collection = counted();
      const write = collection[name].bind(collection) as (...args: unknown[]) => Promise<unknown>;
      vi.spyOn(collection, name)
        .mockImplementationOnce(write as never)
        .mockRejectedValueOnce((many === 1 ? none : hidden(none)) as never);
      line.cutAfterUpdate('counted');
      const error = toDomainError(
        await updateEach(collection, raise(ids.slice(0, many))).catch(told => told as unknown),
      );
      expect(error).toMatchObject({ code: 'unavailable', retry: 'backoff' });
      expect(String(error)).toContain('may have been kept');
    }
  });

  it('in part: the others are done by the second sending', async () => {
    const collection = counted();
    const write = collection.bulkWrite.bind(collection);
    vi.spyOn(collection, 'bulkWrite').mockImplementationOnce(async ([first]) => {
      await write([first!]);
      throw new MongoNetworkError('gone');
    });
    expect(await updateEach(collection, raise())).toBeNull();
    expect(await counts()).toEqual([1, 1]);
  });

  it('tells how many matched where it was heard', async () => {
    const nobody = { filter: { _id: new ObjectId() }, update: { $inc: { n: 1 } } };
    expect(await updateEach(counted(), [...raise(), nobody])).toBe(2);
    expect(await counts()).toEqual([1, 1]);
  });

  it('leaves the server no record of what it may be sent again', async () => {
    const commands: Document[] = [];
    line.client.on('commandStarted', ({ command }) => void commands.push(command));
    await updateEach(counted(), raise());
    await counted().updateOne({ _id: ids[0]! }, { $inc: { n: 1 } });
    expect(commands.map(command => 'txnNumber' in command)).toEqual([false, true]);
  });

  it('does not send again what the server refuses', async () => {
    line.cutAfterUpdate('counted', 0);
    const before = line.sent('counted');
    const refused = [{ filter: { _id: ids[0]! }, update: { $inc: { note: 1 } } }];
    await direct().updateOne({ _id: ids[0]! }, { $set: { note: 'no number' as never } });
    await expect(updateEach(counted(), refused)).rejects.toMatchObject({ code: 14 });
    expect(line.sent('counted') - before).toBe(1);
  });
});

describe('a process that does not hear of its own writes', () => {
  let night: Context;
  let person: Context;
  beforeEach(() => {
    person = makeActor(test.plane, 'operator');
    night = makeActor({ ...test.plane, collections: collectionsOf(line.db) }, 'orchestrator');
  });
  const claim = (more: object) => claimDispatches(night, { consumer: 'c', max: 10, waitMs: 0, ...more });

  it('has what it claimed together, and completes it together, each once', async () => {
    const made = await Promise.all(
      Array.from({ length: 3 }, (_, at) => createMessage(person, { assignedTo: 'legal', body: `work ${at}` })),
    );
    line.cutAfterUpdate('messages');
    const { dispatches } = await claim({ agentTypes: ['legal'] });
    expect(dispatches.map(({ source, epoch }) => [source.id, epoch]).toSorted()).toEqual(
      made.map(({ id }) => [id, 1]).toSorted(),
    );
    for (const collection of ['dispatches', 'threads', 'messages']) line.cutAfterUpdate(collection);
    const items = dispatches.map(({ id, epoch }) => ({ id, epoch, output: 'done' }));
    const { results } = await completeDispatches(night, { items });
    expect(results.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    const ids = made.map(({ id }) => id);
    expect((await rowsOf(ids)).map(({ status, epoch, attempts }) => [status, epoch, attempts])).toEqual(
      ids.map(() => ['done', 1, 1]),
    );
    const replies = await test.plane.collections.messages
      .find({ inReplyTo: { $in: ids.map(id => new ObjectId(id)) } })
      .toArray();
    expect(replies.map(({ seq }) => seq)).toEqual([2, 2, 2]);
    expect(await test.plane.collections.dispatches.countDocuments({ settled: false })).toBe(0);
  });

  it('and whose outcome was settled by another one meanwhile: with one reply, and one place for it', async () => {
    for (const body of ['one', 'two']) await createMessage(person, { assignedTo: 'qa', body });
    const { dispatches } = await claim({ agentTypes: ['qa'] });
    const ids = dispatches.map(({ id }) => new ObjectId(id));
    const c = test.plane.collections;
    const { dispatches: written } = night.plane.collections;
    const write = written.bulkWrite.bind(written);
    let tell: (() => void) | undefined;
    const settled = new Promise<void>(resolve => (tell = resolve));
    vi.spyOn(written, 'bulkWrite')
      .mockImplementationOnce(write)
      // Before the second sending another process comes by.
      .mockImplementationOnce(async (...args) => {
        await c.dispatches.updateMany({ _id: { $in: ids } }, { $set: { updatedAt: new Date(0) } });
        await sweepDispatches(test.plane);
        tell?.();
        return write(...args);
      });
    // What settling rests on is read beside the outcome; this time that takes long.
    vi.spyOn(test.plane.threadOpener, 'opened').mockImplementationOnce(() => settled);
    line.cutAfterUpdate('dispatches');
    const { results } = await completeDispatches(night, {
      items: dispatches.map(({ id, epoch }) => ({ id, epoch, output: 'done' })),
    });
    expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
    for (const { thread, source } of dispatches) {
      const row = await c.threads.findOne({ _id: new ObjectId(thread!.id) });
      expect(row).toMatchObject({ messageCount: 2, lastSeq: 2 });
      expect(await c.messages.countDocuments({ inReplyTo: new ObjectId(source.id) })).toBe(1);
    }
  });

  it('has the raw message that it took up and claimed in one write', async () => {
    const _id = new ObjectId();
    await test.plane.collections.messages.insertOne({ _id, assignedTo: 'finance', body: 'raw' } as never);
    test.plane.rawIntake.note(String(_id));
    test.plane.adoption.note('message', String(_id));
    await test.plane.rawIntake.get(String(_id));
    line.cutAfterUpdate('messages');
    const { dispatches } = await claim({ source: { kind: 'message', id: String(_id) } });
    expect(dispatches.map(({ source, epoch }) => [source.id, epoch])).toEqual([[String(_id), 1]]);
    expect(await rowsOf([String(_id)])).toMatchObject([{ status: 'claimed', epoch: 1, attempts: 1 }]);
  });
});
