import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deferred } from '@/lib/kernel/deferred';
import { keepPresent } from '@/lib/services/consumers/keep-present';
import { holdConsumer, openConsumer } from '@/lib/store/consumers';
import type { ConsumerDocument } from '@/lib/store/documents';
import { makePlane, type TestPlane } from '@/tests/support/make-plane';
import { testPrincipal } from '@/tests/support/principal';

const SOON = { timeout: 10_000 };
let plane: TestPlane['plane'];
let row: ConsumerDocument;
const end = vi.fn();

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  ({ plane } = await makePlane());
  const { collections: c } = plane;
  const name = { tenantId: 'default', name: 'desk', tokenId: 't1', createdBy: 't1' };
  await holdConsumer(c, (await openConsumer(c, name))._id, 'killed before it could leave');
  row = await openConsumer(c, name);
  end.mockClear();
});
afterEach(() => vi.useRealTimers());

const begin = () => keepPresent(plane, testPrincipal({ role: 'viewer' }), row, end);
const holder = async () => (await plane.collections.consumers.findOne({ _id: row._id }))!.connectionId;
const writes = () => vi.spyOn(plane.collections.consumers, 'updateOne');
const nextKeep = <T>(then: () => T): T => {
  vi.advanceTimersByTime(5_000);
  return then();
};

it('a hold that could not be written is made up for, and does not end the stream', async () => {
  const updates = writes().mockRejectedValueOnce(new Error('away'));
  const leave = begin();
  await expect.poll(() => updates.mock.settledResults.length, SOON).toBe(1);
  await expect.poll(() => nextKeep(holder), SOON).not.toBe(row.connectionId);
  expect(end).not.toHaveBeenCalled();
  leave();
  await expect.poll(holder, SOON).toBeNull();
});

it('a later connection ends the stream, also when its own hold was never written', async () => {
  const updates = writes().mockRejectedValueOnce(new Error('away'));
  const leave = begin();
  await expect.poll(() => updates.mock.settledResults.length, SOON).toBe(1);
  await holdConsumer(plane.collections, row._id, 'later');
  await expect.poll(() => nextKeep(() => end.mock.calls.length), SOON).not.toBe(0);
  leave();
  expect(await holder()).toBe('later');
});

it('a hold that takes long does not outlive the stream it was for', async () => {
  const { consumers } = plane.collections;
  const write = consumers.updateOne.bind(consumers);
  const slow = deferred<void>();
  writes().mockImplementationOnce(async (...args) => slow.promise.then(() => write(...args)));
  begin()();
  await plane.collections.consumers.findOne({});
  slow.resolve();
  await expect.poll(holder, SOON).toBeNull();
});
