import { MongoClient, MongoNetworkError } from 'mongodb';
import { afterEach, expect, it, vi } from 'vitest';
import { connectDatabase } from '@/lib/store/client';
import { testMongodbUri } from '../support/mongo';

afterEach(() => vi.restoreAllMocks());

const reset = () => new MongoNetworkError('read ECONNRESET');

it('a primary that dies between its choice and the first word to it ends nobody who starts', async () => {
  const connect = vi.spyOn(MongoClient.prototype, 'connect').mockRejectedValueOnce(reset());
  const { db, close } = await connectDatabase(testMongodbUri(), 'switchboard');
  expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  await close();
  expect(connect).toHaveBeenCalledTimes(2);
});

it('one that is cut off each time is told as a database that cannot be reached', async () => {
  vi.spyOn(MongoClient.prototype, 'connect').mockRejectedValue(reset());
  await expect(connectDatabase(testMongodbUri(), 'switchboard')).rejects.toMatchObject({ code: 'unavailable' });
});
