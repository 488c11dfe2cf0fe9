import type { Collection, ObjectId } from 'mongodb';
import { nowMs, sleep } from './clock';

export interface Load {
  ratePerSecond: number;
  count: number;
}

/** Not measured: a process that has run for a while is what is compared, not one whose code is being compiled. */
export const WARM_LOAD: Load = { ratePerSecond: 200, count: 1_600 };

/**
 * Open loop: inserts leave at their time whether or not earlier ones were answered, so that a slow system cannot
 * slow its own measurement. Calls `sent` with the id and the moment the insert was called.
 */
export async function insertSteadily(
  collection: Collection,
  { ratePerSecond, count }: Load,
  makeDocument: (n: number) => { _id: ObjectId },
  sent: (id: string, atMs: number) => void,
): Promise<void> {
  const beganMs = nowMs();
  const inserts: Promise<unknown>[] = [];
  for (let n = 0; n < count; n += 1) {
    const dueMs = beganMs + (n * 1_000) / ratePerSecond;
    const waitMs = dueMs - nowMs();
    if (waitMs > 0) await sleep(waitMs);
    const document = makeDocument(n);
    sent(document._id.toHexString(), nowMs());
    inserts.push(collection.insertOne(document));
  }
  await Promise.all(inserts);
}
