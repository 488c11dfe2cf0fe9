import { MongoClient } from 'mongodb';
import { afterEach, expect, it, vi } from 'vitest';
import { ensureSingleNodeSet } from '@/lib/store/replica-set';

afterEach(() => vi.restoreAllMocks());

it('a node that does not become primary is asked again in time, also when the clock is set back meanwhile', async () => {
  const stop = new AbortController();
  let asked = 0;
  const answers: Record<string, () => object> = {
    hello: () => ({ isWritablePrimary: false, setName: 'switchboard' }),
    replSetGetConfig: () => {
      asked += 1;
      if (asked === 2) stop.abort();
      return { config: { version: 1, members: [{ _id: 0, host: '127.0.0.1:1' }] } };
    },
  };
  const command = async (sent: object) => answers[Object.keys(sent)[0]!]!();
  vi.spyOn(MongoClient.prototype, 'db').mockReturnValue({ command } as never);
  const from = Date.now();
  let looks = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => from - (looks += 1) * 3_600_000);
  const giveUp = setTimeout(() => stop.abort(), 8_000);
  await expect(ensureSingleNodeSet(1, stop.signal)).rejects.toThrow('did not become a writable primary');
  clearTimeout(giveUp);
  expect(asked).toBe(2);
});
