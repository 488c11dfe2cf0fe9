import { ObjectId, type Db, type Document } from 'mongodb';
import { INDEXES } from '@/lib/store/indexes';
import { COLLECTION_NAMES } from '@/lib/store/collections';
import type { BareOrders } from '../bare-drainer';
import { startRole } from '../child';
import { cpuMs } from '../cpu';
import { median, nowMs, sleep, summarise } from '../clock';
import type { Drained, DrainerOrders } from '../drainer';
import { postJson } from '../http-call';
import { withRig } from '../rig';
import { ms, percent, perSecond, type BenchEnv, type Check, type Rig, type Row, type RowResult } from '../row';

/**
 * A backlog of 20,000 messages in 20,000 threads, taken up before the clock starts, claimed and completed a hundred at
 * a time; beside it the bare writes that a claim and a completion need (bare-drainer.ts), in the same run. Once with
 * the product's own indexes, which a claim rests on, and once with none, for what they cost.
 */
const COUNT = 20_000;
const CLIENTS = [1, 8];
const BAR = { share: 0.6, lostShare: 0.01 };

const BARE = { database: 'bare-backlog', withIndexes: true };
const BARER = { database: 'barer-backlog', withIndexes: false };

interface Drain {
  rate: number;
  /** CPU an item costs, in us, by process. */
  cpuUs: Record<string, number>;
}

interface Sample {
  clients: number;
  ours: Drain;
  bare: Drain;
  barer: Drain;
  lostShare: number;
  doubles: number;
  unordered: number;
  claimMs: { p50: number; p99: number };
  completeMs: { p50: number; p99: number };
}

export const backlog: Row = {
  name: 'backlog',
  title: `A backlog of ${COUNT.toLocaleString('en')} in as many threads, by batch claim and batch complete`,
  run: env => withRig({}, rig => drainAll(env, rig)),
};

async function drainAll(env: BenchEnv, rig: Rig): Promise<RowResult> {
  const samples: Sample[] = [];
  for (let round = 0; round < env.rounds; round += 1) {
    for (const clients of CLIENTS) {
      await fill(rig, env.count ?? COUNT);
      if (round === 0 && clients === CLIENTS[0]) await takeSamples(rig);
      const bare = await drainBare(rig, BARE, clients);
      const barer = await drainBare(rig, BARER, clients);
      const ours = await drainOurs(rig, clients);
      samples.push({ ...ours, clients, bare, barer });
      env.progress(
        `round ${round + 1}, ${clients} clients: ours ${perSecond(ours.ours.rate)}, bare ${perSecond(bare.rate)}, no indexes ${perSecond(barer.rate)}, ` +
          `lost ${percent(ours.lostShare)}, claim p50 ${ms(ours.claimMs.p50)}, complete p50 ${ms(ours.completeMs.p50)}; ` +
          `us of CPU an item: ours ${cpuText(ours.ours)}, bare ${cpuText(bare)}`,
      );
    }
  }
  return report(samples);
}

/** As any driver would put them there; the product takes them up, and the clock starts when none is left raw. */
async function fill({ server, client }: Rig, count: number): Promise<void> {
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
async function takeSamples({ server, client }: Rig): Promise<void> {
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

async function drainBare(rig: Rig, { database }: typeof BARE, clients: number): Promise<Drain> {
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

async function drainOurs(
  { server, client }: Rig,
  clients: number,
): Promise<Omit<Sample, 'clients' | 'bare' | 'barer'>> {
  const messages = client.db(server.database).collection('messages');
  const due = await messages.find({ status: 'queued' }).project({ _id: 1 }).toArray();
  const orders: DrainerOrders = { url: server.url, token: server.token, clients, count: due.length };
  const child = await startRole('drainer', orders);
  try {
    const pids = { mongod: server.pids.mongod, web: server.pids.web, client: child.pid };
    const [ours, drained] = await timed(due.length, pids, () => child.ask<Drained>({ go: true }));
    const ids = due.map(row => row['_id'] as ObjectId);
    const done = await messages.countDocuments({ _id: { $in: ids }, status: 'done', epoch: 1 });
    if (done !== ids.length) throw new Error(`${ids.length - done} are not done at their first epoch`);
    const replies = await messages.countDocuments({ inReplyTo: { $in: ids } });
    return {
      ours,
      lostShare: drained.missing / drained.asked,
      doubles: drained.claimed.length - new Set(drained.claimed).size + drained.refused + (replies - ids.length),
      unordered: 0,
      claimMs: summarise(drained.claimMs),
      completeMs: summarise(drained.completeMs),
    };
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

const cpuText = ({ cpuUs }: Drain): string =>
  Object.entries(cpuUs)
    .map(([name, us]) => `${name} ${us}`)
    .join(', ');

function report(samples: Sample[]): RowResult {
  const figures = [];
  const checks: Check[] = [];
  for (const clients of CLIENTS) {
    const rows = samples.filter(sample => sample.clients === clients);
    const of = (pick: (sample: Sample) => number) => median(rows.map(pick));
    const share = of(sample => sample.ours.rate / sample.bare.rate);
    const who = `${clients} ${clients === 1 ? 'orchestrator' : 'orchestrators'}`;
    figures.push({
      title: who,
      cells: {
        'claimed and completed': perSecond(of(({ ours }) => ours.rate)),
        'bare writes': perSecond(of(({ bare }) => bare.rate)),
        'of the bare': percent(share),
        'bare, no indexes': perSecond(of(({ barer }) => barer.rate)),
        'claim p50 / p99': `${ms(of(({ claimMs }) => claimMs.p50))} / ${ms(of(({ claimMs }) => claimMs.p99))}`,
        'complete p50 / p99': `${ms(of(({ completeMs }) => completeMs.p50))} / ${ms(of(({ completeMs }) => completeMs.p99))}`,
      },
    });
    const lost = Math.max(...rows.map(({ lostShare }) => lostShare));
    const doubles = rows.reduce((sum, sample) => sum + sample.doubles, 0);
    checks.push(
      {
        title: `${who}: share of the bare rate`,
        got: percent(share),
        bar: `≥ ${percent(BAR.share)}`,
        holds: share >= BAR.share,
      },
      {
        title: `${who}: lost races`,
        got: percent(lost),
        bar: `< ${percent(BAR.lostShare)}`,
        holds: lost < BAR.lostShare,
      },
      { title: `${who}: doubles`, got: String(doubles), bar: '0', holds: doubles === 0 },
    );
  }
  return { figures, checks, notes: [], samples };
}
