import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { deferred } from '@/lib/kernel/deferred';
import { slotBookOf } from '@/lib/services/dispatches/due/slot-book';
import { SlotPool } from '@/lib/services/dispatches/due/slot-pool';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import type { AgentTypeDocument } from '@/lib/store/documents';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Who is given which slot of a type that has many, while nothing of it stands in the database yet. */

let test: TestPlane;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
});
let type: AgentTypeDocument;
beforeEach(async () => {
  await test.plane.collections.agentTypes.updateOne({ slug: 'qa' }, { $set: { concurrency: 20 } });
  test.plane.agentTypes.clear();
  type = (await test.plane.agentTypes.get('default', 'qa'))!;
});

afterEach(() => vi.restoreAllMocks());

/** The next read of dispatches is answered when it is let go. */
const holdUpRead = () => {
  const { dispatches } = test.plane.collections;
  const held = deferred<void>();
  const find = dispatches.find.bind(dispatches);
  const findLater = (...asked: Parameters<typeof find>) => {
    const cursor = find(...asked);
    return { toArray: () => held.promise.then(() => cursor.toArray()) };
  };
  vi.spyOn(dispatches, 'find').mockImplementationOnce(findLater as never);
  return held;
};

it('each is given to one claim, also when that gave it back at once', async () => {
  const book = slotBookOf(test.plane);
  const given = await book.take(type, 7);
  given.forEach(name => book.giveBack(name));
  const all = [...given, ...(await book.take(type, 7)), ...(await book.take(type, 6))];
  expect(new Set(all).size).toBe(20);
  all.forEach(name => book.giveBack(name));
});

it('claims that are dealt work and claims by id take from one list', async () => {
  const book = slotBookOf(test.plane);
  const pool = new SlotPool(test.plane);
  const all: (string | null)[] = [];
  for (let round = 0; round < 4; round += 1) {
    all.push(...(await book.take(type, 4)), await pool.take(type));
  }
  expect(all).not.toContain(null);
  expect(new Set(all).size).toBe(20);
  for (const name of all) book.giveBack(name!);
});

it('one that was given out and back while the list is renewed is not in it', async () => {
  let nowMs = 1_000;
  const plane = { ...test.plane, clock: { ...test.plane.clock, now: () => nowMs } };
  const book = slotBookOf(plane);
  const [first] = await book.take(type, 1);
  nowMs += 600;
  const read = holdUpRead();
  const [second] = await book.take(type, 1);
  await vi.waitFor(() => expect(test.plane.collections.dispatches.find).toHaveBeenCalled());
  const [third] = await book.take(type, 1);
  for (const name of [first, second, third]) book.giveBack(name!);
  read.resolve();
  // The renewed list comes into the place of the one before a moment later.
  await new Promise(resolve => setTimeout(resolve, 50));
  const left = await book.take(type, 17);
  expect(left).not.toContain(third);
});

it('one that was given out and back while the free ones were read is not among them', async () => {
  const book = slotBookOf(test.plane);
  await book.take(type, 1).then(([name]) => book.giveBack(name!));
  const [before] = await book.take(type, 1);
  // The next who asks for more than is left reads.
  const read = holdUpRead();
  const all = book.take(type, 20);
  await vi.waitFor(() => expect(test.plane.collections.dispatches.find).toHaveBeenCalled());
  book.giveBack(before!);
  read.resolve();
  expect(await all).toHaveLength(19);
  expect(await all).not.toContain(before);
  for (const name of await all) book.giveBack(name);
});
