import { MongoClient, ObjectId, type Collection, type Document } from 'mongodb';
import { nowMs } from './clock';
import { BATCH } from './drainer';

/**
 * The bare database writes that a claim and a completion need, and nothing else: no server, no reading, nothing asked
 * of what matched. In bulk writes of 100 with majority, by as many clients, on documents and indexes of the product.
 *   claim     insert the dispatch; then update the message
 *   complete  update the dispatch; then insert the reply and update the message, beside them bump the thread
 * What two clients may not both take is shared out beforehand, so nobody loses a race.
 */
export interface BareOrders {
  uri: string;
  database: string;
  clients: number;
}

export async function runBareDrainer(orders: BareOrders, say: (message: object) => void): Promise<void> {
  const client = await new MongoClient(orders.uri, { writeConcern: { w: 'majority' } }).connect();
  const db = client.db(orders.database);
  const rig: Bare = {
    messages: db.collection('messages'),
    threads: db.collection('threads'),
    dispatches: db.collection('dispatches'),
    samples: await readSamples(db.collection('samples')),
  };
  const due = (await rig.messages
    .find({ status: 'queued' }, { projection: { _id: 1, threadId: 1 } })
    .toArray()) as Due[];
  process.once('message', () => void drain(rig, due, orders.clients).then(say));
  process.once('disconnect', () => process.exit(0));
  say({ ready: true, count: due.length });
}

interface Due {
  _id: ObjectId;
  threadId: ObjectId;
}
interface Bare {
  messages: Collection;
  threads: Collection;
  dispatches: Collection;
  /** A running dispatch and a reply as the product wrote them. */
  samples: { dispatch: Document; reply: Document };
}

async function readSamples(collection: Collection): Promise<Bare['samples']> {
  const [dispatch, reply] = await Promise.all(['dispatch', 'reply'].map(name => collection.findOne({ name })));
  return { dispatch: dispatch!['document'] as Document, reply: reply!['document'] as Document };
}

async function drain(rig: Bare, due: Due[], clients: number): Promise<object> {
  const beganMs = nowMs();
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < due.length) {
      const items = due.slice(next, next + BATCH);
      next += BATCH;
      await complete(rig, await claim(rig, items));
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  return { beganMs, endedMs: nowMs() };
}

async function claim({ dispatches, messages, samples }: Bare, items: Due[]): Promise<Document[]> {
  const now = new Date();
  const rows = items.map(({ _id, threadId }) => {
    const id = new ObjectId();
    const source = { kind: 'message', id: _id };
    const held = { open: _id, lane: threadId, slot: `default/research#${id.toHexString()}` };
    return { ...samples.dispatch, ...held, _id: id, source, threadId, claimedAt: now, leaseUntil: now, createdAt: now };
  });
  await dispatches.insertMany(rows, { ordered: false });
  await messages.bulkWrite(
    rows.map(({ _id, source }) => ({
      updateOne: {
        filter: { _id: source.id, status: 'queued', epoch: 0 },
        update: {
          $set: { status: 'claimed', epoch: 1, attempts: 1, dispatchId: _id, updatedAt: now, 'ledger.claimedAt': now },
        },
      },
    })),
    { ordered: false },
  );
  return rows;
}

async function complete({ dispatches, messages, threads, samples }: Bare, rows: Document[]): Promise<void> {
  const now = new Date();
  await dispatches.bulkWrite(
    rows.map(({ _id }) => ({
      updateOne: {
        filter: { _id, epoch: 1, status: 'running' },
        update: {
          $set: { status: 'done', output: 'It is done.', endedAt: now, updatedAt: now, leaseUntil: null },
          $unset: { open: 1, lane: 1, slot: 1 },
        },
      },
    })),
    { ordered: false },
  );
  await Promise.all([
    messages.bulkWrite(
      rows.flatMap(({ _id, source, threadId }) => [
        {
          insertOne: {
            document: {
              ...samples.reply,
              _id: new ObjectId(),
              threadId,
              lane: threadId,
              inReplyTo: source.id,
              from: { kind: 'agent', id: 'research', dispatchId: _id },
              createdAt: now,
              rankAt: now,
              arrivedAt: now,
            },
          },
        },
        {
          updateOne: {
            filter: { _id: source.id, dispatchId: _id, epoch: 1 },
            update: { $set: { status: 'done', updatedAt: now, 'ledger.doneAt': now } },
          },
        },
      ]),
      { ordered: false },
    ),
    threads.bulkWrite(
      rows.map(({ threadId }) => ({
        updateOne: {
          filter: { _id: threadId },
          update: { $inc: { lastSeq: 1, messageCount: 1 }, $set: { lastMessageAt: now, updatedAt: now } },
        },
      })),
      { ordered: false },
    ),
  ]);
}
