import { MongoError } from 'mongodb';
import { afterEach, expect, it, vi } from 'vitest';
import type { Collections } from '@/lib/store/collections';
import { transact } from '@/lib/store/transaction';

afterEach(() => vi.useRealTimers());

it('a transaction that always loses is given up in time, though the wall clock is set back meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'Date', 'performance'] }).setTimerTickMode('nextTimerAsync');
  const session = {
    startTransaction: () => undefined,
    inTransaction: () => false,
    endSession: async () => undefined,
  };
  const collections = { agentTypes: { db: { client: { startSession: () => session } } } } as unknown as Collections;
  const lost = new MongoError('lost the race');
  lost.addErrorLabel('TransientTransactionError');
  const beganAtMs = performance.now();
  let tries = 0;
  const giving = transact(collections, async () => {
    tries += 1;
    if (tries === 1) vi.setSystemTime(Date.now() - 3_600_000);
    throw lost;
  });
  await expect(giving).rejects.toBe(lost);
  expect(performance.now() - beganAtMs).toBeLessThan(60_000);
});
