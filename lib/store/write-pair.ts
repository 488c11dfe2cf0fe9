import type { ClientSession } from 'mongodb';
import type { Collections } from './collections';
import { newId } from './ids';

/**
 * Two writes sent at once. The first is acknowledged by the primary alone, the second by a majority, which covers all
 * that stands before it in the oplog: where the first came to stand there, nothing is waited for twice. With a majority
 * for both, whichever came into the other's journal flush waited for one more (claims at 200 a second, p99 68 ms
 * instead of 30, by turns).
 */
export class WritePair {
  readonly #sessions: [ClientSession, ClientSession];
  readonly first: { session: ClientSession; writeConcern: { w: 1 } };
  readonly second: { session: ClientSession };

  constructor(private readonly collections: Collections) {
    const { client } = collections.dispatches.db;
    const [first, second] = [client.startSession(), client.startSession()];
    this.#sessions = [first, second];
    this.first = { session: first, writeConcern: { w: 1 } };
    this.second = { session: second };
  }

  /**
   * After both were acknowledged: resolves when a majority has the first as well. A write that changes nothing waits for
   * all that stands before it. By one primary: whether it was is for `primaryChanges` to say.
   */
  async cover(): Promise<void> {
    const [first, second] = this.#sessions.map(({ operationTime }) => operationTime);
    if (first && second && first.lessThanOrEqual(second)) return;
    await this.collections.dispatches.updateOne({ _id: newId() }, { $unset: { lane: true } });
  }

  async end(): Promise<void> {
    await Promise.all(this.#sessions.map(session => session.endSession()));
  }
}
