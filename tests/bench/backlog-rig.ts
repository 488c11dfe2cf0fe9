import { ObjectId, type Db, type Document } from 'mongodb';
import { COLLECTION_NAMES } from '@/lib/store/collections';
import { INDEXES } from '@/lib/store/indexes';
import type { BareOrders } from './bare-drainer';
import type { BullmqOrders } from './bullmq-drainer';
import { startRole } from './child';
import { nowMs, sleep, summarise } from './clock';
import { cpuMs } from './cpu';
import type { Drained, DrainerOrders } from './drainer';
import { postJson } from './http-call';
import type { Redis } from './redis';
import type { Rig } from './row';

/** Fills backlogs, and has each contender drain its own. */

/** The bare writes on the product's own indexes, which a claim rests on; and on none, for what they cost. */
export const BARE = { database: 'bare-backlog', withIndexes: true };
export const BARER = { database: 'barer-backlog', withIndexes: false };

export interface Drain {
  rate: number;
  /** CPU an item costs, in us, by process. */
  cpuUs: Record<string, number>;
}

export interface OurDrain {
  ours: Drain;
  /** Of what claims asked for while there was enough. */
  lostShare: number;
  doubles: number;
  /** Items handed over before one that stands in front of them in their thread. */
  unordered: number;
  claimMs: { p50: number; p99: number };
  completeMs: { p50: number; p99: number };
}

/** As any driver would put them there; the product takes them up, and the clock starts when none is left raw. */
export async function fill({ server, client }: Rig, count: number): Promise<void> {
  const messages = client.db(server.database).collection('messages');
  const body = 'x'.repeat(150);
  for (let at = 0; at < count; at += 1_000) {
    await messages.insertMany(
      Array.from({ length: Math.min(1_000, count - at) }, () => ({
        _id: new ObjectId(),
        assignedTo: 'research',
        body,
      })),
    );
  }
  await until('all are taken up', async () => (await messages.countDocuments({ rankAt: null })) === 0);
}

/** What the product writes for one claim and its completion: the bare writes are of documents like these. */
export async function takeSamples({ server, client }: Rig): Promise<void> {
  const db = client.db(server.database);
  const claimed = await postJson(`${server.url}/api/dispatches/claim`, server.token, { consumer: 'sample' });
  const { id, epoch } = (claimed.body as { dispatches: { id: string; epoch: number }[] }).dispatches[0]!;
  const _id = new ObjectId(id);
  const dispatch = await db.collection('dispatches').findOne({ _id });
  await postJson(`${server.url}/api/dispatches/${id}/complete`, server.token, { epoch, output: 'It is done.' });
  const reply = await db.collection('messages').findOne({ 'from.dispatchId': _id });
  for (const { database, withIndexes } of [BARE, BARER]) {
    const bare = client.db(database);
    await bare.collection('samples').insertMany([
      { name: 'dispatch', document: dispatch },
      { name: 'reply', document: reply },
    ] as Document[]);
    if (withIndexes) await makeIndexes(bare);
  }
}

/** So many threads with so many messages each, which run one after another. */
export async function fillLanes({ server, client }: Rig, lanes: number, length: number): Promise<void> {
  const messages = client.db(server.database).collection('messages');
  const body = 'x'.repeat(150);
  const openers = Array.from({ length: lanes }, () => ({ _id: new ObjectId(), assignedTo: 'research', body }));
  await messages.insertMany(openers);
  await until('the threads stand', async () => (await messages.countDocuments({ rankAt: null })) === 0);
  for (let n = 1; n < length; n += 1) {
    await messages.insertMany(
      openers.map(({ _id: threadId }) => ({ _id: new ObjectId(), threadId, assignedTo: 'research', body })),
    );
  }
  await until('all are taken up', async () => (await messages.countDocuments({ rankAt: null })) === 0);
}

async function makeIndexes(db: Db): Promise<void> {
  for (const key of ['messages', 'threads', 'dispatches'] as const) {
    await db.collection(COLLECTION_NAMES[key]).createIndexes(INDEXES[key]!);
  }
}

/** The same messages, and their threads, as the product is about to drain. */
async function copyDue({ server, client }: Rig, database: string): Promise<void> {
  const from = client.db(server.database);
  const due = await from.collection('messages').find({ status: 'queued' }).toArray();
  for (let at = 0; at < due.length; at += 1_000) {
    const rows = due.slice(at, at + 1_000);
    const threads = from.collection('threads').find({ _id: { $in: rows.map(({ _id }) => _id) } });
    await client.db(database).collection('messages').insertMany(rows);
    await client
      .db(database)
      .collection('threads')
      .insertMany(await threads.toArray());
  }
}

export async function drainBare(rig: Rig, { database }: typeof BARE, clients: number): Promise<Drain> {
  await copyDue(rig, database);
  const orders: BareOrders = { uri: rig.server.mongodbUri, database, clients };
  const child = await startRole('bare-drainer', orders);
  try {
    const pids = { mongod: rig.server.pids.mongod, client: child.pid };
    return await timed(Number(child.ready['count']), pids, () => child.ask<Span>({ go: true })).then(
      ([drain]) => drain,
    );
  } finally {
    await child.stop();
  }
}

export async function drainOurs({ server, client }: Rig, clients: number): Promise<OurDrain> {
  const messages = client.db(server.database).collection('messages');
  const due = await messages.find({ status: 'queued' }).project<Due>({ _id: 1, lane: 1, seq: 1 }).toArray();
  const orders: DrainerOrders = { url: server.url, token: server.token, clients, count: due.length };
  const child = await startRole('drainer', orders);
  try {
    const pids = { mongod: server.pids.mongod, web: server.pids.web, client: child.pid };
    const [ours, drained] = await timed(due.length, pids, () => child.ask<Drained>({ go: true }));
    const ids = due.map(row => row._id);
    const done = await messages.countDocuments({ _id: { $in: ids }, status: 'done', epoch: 1 });
    if (done !== ids.length) throw new Error(`${ids.length - done} are not done at their first epoch`);
    const replies = await messages.countDocuments({ inReplyTo: { $in: ids } });
    return {
      ours,
      lostShare: drained.asked === 0 ? 0 : drained.missing / drained.asked,
      doubles: drained.claimed.length - new Set(drained.claimed).size + drained.refused + (replies - ids.length),
      unordered: unorderedIn(drained.claimed, due),
      claimMs: summarise(drained.claimMs),
      completeMs: summarise(drained.completeMs),
    };
  } finally {
    await child.stop();
  }
}

interface Due {
  _id: ObjectId;
  lane: ObjectId;
  seq: number;
}

/** The next of a thread is only handed over when the one before it was completed, so arrivals tell the order. */
function unorderedIn(claimed: string[], due: Due[]): number {
  const rows = new Map(due.map(row => [row._id.toHexString(), row]));
  const reached = new Map<string, number>();
  let unordered = 0;
  for (const id of claimed) {
    const { lane, seq } = rows.get(id)!;
    const before = reached.get(lane.toHexString()) ?? 0;
    if (seq < before) unordered += 1;
    reached.set(lane.toHexString(), seq);
  }
  return unordered;
}

export async function drainBullmq(redis: Redis, clients: number, count: number): Promise<Drain> {
  const orders: BullmqOrders = { port: redis.port, clients, count };
  const child = await startRole('bullmq-drainer', orders);
  try {
    const pids = { redis: redis.pid, client: child.pid };
    const [drain] = await timed(count, pids, () => child.ask<Span>({ go: true }));
    return drain;
  } finally {
    await child.stop();
  }
}

interface Span {
  beganMs: number;
  endedMs: number;
}

async function timed<T extends Span>(
  count: number,
  pids: Record<string, number>,
  drain: () => Promise<T>,
): Promise<[Drain, T]> {
  const used = () => Object.values(pids).map(cpuMs);
  const before = used();
  const span = await drain();
  const after = used();
  const cpuUs = Object.keys(pids).map((name, at) => [name, Math.round(((after[at]! - before[at]!) * 1_000) / count)]);
  return [{ rate: (count * 1_000) / (span.endedMs - span.beganMs), cpuUs: Object.fromEntries(cpuUs) }, span];
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = nowMs() + 120_000;
  while (!(await isSo())) {
    if (nowMs() > deadlineMs) throw new Error(`waited too long until ${what}`);
    await sleep(100);
  }
}
