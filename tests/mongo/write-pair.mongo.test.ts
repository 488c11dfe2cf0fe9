import { ObjectId } from 'mongodb';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { WritePair } from '@/lib/store/write-pair';
import { makePlane, type TestPlane } from '../support/make-plane';

/** Two writes at once, of which the second waits for a majority. */

let test: TestPlane;
beforeAll(async () => {
  test = await makePlane();
});
afterEach(() => vi.restoreAllMocks());

const write = (options: object) =>
  test.plane.collections.messages.insertOne(
    { _id: new ObjectId(), assignedTo: null, body: 'a word' } as never,
    options,
  );

it('covers the first where it stands before it in the oplog, and waits for nothing more', async () => {
  const pair = new WritePair(test.plane.collections);
  await write(pair.first);
  await write(pair.second);
  const more = vi.spyOn(test.plane.collections.dispatches, 'updateOne');
  await pair.cover();
  expect(more).not.toHaveBeenCalled();
  await pair.end();
});

it('is followed by a wait for a majority where the first stands behind it', async () => {
  const pair = new WritePair(test.plane.collections);
  await write(pair.second);
  await write(pair.first);
  const { dispatches } = test.plane.collections;
  const more = vi.spyOn(dispatches, 'updateOne');
  await pair.cover();
  expect(more).toHaveBeenCalledOnce();
  expect(await dispatches.countDocuments({})).toBe(0);
  await pair.end();
});

it('is seen by majority reads as soon as it is covered, whichever came first', async () => {
  const { messages } = test.plane.collections;
  for (let round = 0; round < 50; round += 1) {
    const pair = new WritePair(test.plane.collections);
    const [first] = await Promise.all([write(pair.first), write(pair.second)]);
    await pair.cover();
    expect(await messages.findOne({ _id: first.insertedId }, { readConcern: { level: 'majority' } })).not.toBeNull();
    await pair.end();
  }
});
