import { ObjectId } from 'mongodb';
import { orderInThreads, outcomesOnce, workDoneOnce } from './invariants';
import type { Rig } from './rig';
import { until } from './wait';

export interface BacklogOptions {
  items: number;
  threads: number;
  assignedTo?: string;
}

const TAKEN_UP_WITHIN_MS = 120_000;

/**
 * Much work at once, by a driver: one item of each thread in a batch, and the next batch when that is acknowledged, so
 * that the order within a thread is a fact. Resolves when all of it is due.
 */
export async function fillBacklog(
  rig: Rig,
  { items, threads, assignedTo = 'research' }: BacklogOptions,
): Promise<void> {
  const messages = rig.db.collection('messages');
  const ids = Array.from({ length: threads }, () => new ObjectId());
  for (let sent = 0, number = 1; sent < items; sent += threads, number += 1) {
    const documents = ids.slice(0, items - sent).map(threadId => ({
      _id: number === 1 ? threadId : new ObjectId(),
      threadId,
      assignedTo,
      body: `${threadId.toHexString()} ${number}`,
    }));
    const sentAtMs = Date.now();
    await messages.insertMany(documents, { ordered: false });
    for (const { _id, threadId } of documents) {
      rig.ledger.add({ kind: 'acked', id: _id.toHexString(), thread: threadId.toHexString(), number, sentAtMs });
    }
  }
  await until(
    async () => (await messages.countDocuments({ rankAt: null })) === 0,
    TAKEN_UP_WITHIN_MS,
    'the backlog is taken up',
  );
}

/** The same invariants as for a line, where there is none. Rejects with what did not hold. */
export async function assertWorkHeld(rig: Rig): Promise<void> {
  const { db, ledger } = rig;
  const broken = [...outcomesOnce(ledger), ...(await workDoneOnce(db, ledger)), ...(await orderInThreads(db, ledger))];
  if (broken.length > 0) throw new Error(broken.join('\n'));
}
