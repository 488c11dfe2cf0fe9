import { ObjectId, type Collection, type MongoClient } from 'mongodb';
import { nowMs, sleep, summarise, type Sample } from './clock';
import { startRole, type BenchChild } from './child';
import { postJson } from './http-call';
import { insertSteadily, type Load } from './load';
import type { ClaimKind, ReaderOrders } from './reader-process';
import type { BenchServer } from './server';

export const CONTENDERS = ['watch', 'bareSse', 'ourSse', 'bareClaim', 'ourClaim'] as const;
export type Contender = (typeof CONTENDERS)[number];

const WARM_UP = 30;
const LAST_WITHIN_MS = 20_000;

interface Rig {
  client: MongoClient;
  database: string;
  server: BenchServer;
  bare: BenchChild;
}

/** One contender under one load: latency from the call of insert to the moment it is measured at. */
export async function measure(rig: Rig, contender: Contender, load: Load): Promise<Sample> {
  const db = rig.client.db(rig.database);
  const bareUrl = String(rig.bare.ready['url']);
  switch (contender) {
    case 'watch':
      return measureWatch(db.collection('bare'), load);
    case 'bareSse':
      return measureReader(db.collection('bare'), load, plain, { eventsUrl: `${bareUrl}/events`, token: null });
    case 'ourSse':
      return measureReader(db.collection('messages'), load, nobodys, {
        eventsUrl: `${rig.server.url}/api/events?types=message-created`,
        token: rig.server.token,
      });
    case 'bareClaim':
      return measureReader(db.collection('bare'), load, plain, {
        eventsUrl: `${bareUrl}/events`,
        token: null,
        claim: { url: `${bareUrl}/claim`, kind: 'bare', consumer: 'bench' },
      });
    case 'ourClaim':
      return measureOrchestrators(rig.server, db.collection('messages'), load, { orchestrators: 1, kind: 'by-id' });
  }
}

export interface Claimers {
  orchestrators: number;
  kind: ClaimKind;
}

/** So many orchestrators in one client process, each with a stream of its own, all hearing every event. */
export const measureOrchestrators = (
  server: BenchServer,
  messages: Collection,
  load: Load,
  { orchestrators, kind }: Claimers,
): Promise<Sample> =>
  measureReader(
    messages,
    load,
    work,
    {
      eventsUrl: `${server.url}/api/events?types=message-created`,
      token: server.token,
      readers: orchestrators,
      claim: { url: `${server.url}/api/dispatches/claim`, kind, consumer: 'bench' },
    },
    dispatches => completeAll(server, dispatches),
  );

const BODY = 'x'.repeat(150);
type MakeDocument = (n: number) => { _id: ObjectId } & Record<string, unknown>;
const plain: MakeDocument = () => ({ _id: new ObjectId(), assignedTo: 'research', body: BODY });
const work: MakeDocument = plain;
/** For nobody: the stream is measured, not what dispatch does meanwhile. */
const nobodys: MakeDocument = () => ({ _id: new ObjectId(), assignedTo: null, body: BODY });

async function measureWatch(collection: Collection, load: Load): Promise<Sample> {
  const stream = collection.watch([{ $match: { operationType: 'insert' } }], { maxAwaitTimeMS: 1_000 });
  await stream.tryNext();
  const arrivals = new Arrivals(load.count);
  const reading = (async () => {
    for await (const change of stream) {
      if (change.operationType === 'insert') arrivals.arrived(String(change.documentKey._id), nowMs());
    }
    // Closing it at the end is an error to who still reads; one before the end shows as events that never arrived.
  })().catch(() => undefined);
  try {
    return await arrivals.run(collection, load, plain);
  } finally {
    await stream.close();
    await reading;
  }
}

interface Won {
  id: string;
  epoch: number;
}

async function measureReader(
  collection: Collection,
  load: Load,
  make: MakeDocument,
  orders: ReaderOrders,
  after: (dispatches: Won[]) => Promise<void> = async () => undefined,
): Promise<Sample> {
  const reader = await startRole('reader', orders);
  const arrivals = new Arrivals(load.count);
  const won: Won[] = [];
  reader.onMessage(({ id, atMs, dispatch }) => {
    arrivals.arrived(String(id), Number(atMs));
    if (dispatch) won.push(dispatch as Won);
  });
  try {
    return await arrivals.run(collection, load, make);
  } finally {
    await reader.stop();
    await after(won);
  }
}

/** Matches what was sent with what arrived; the first few only warm up. */
class Arrivals {
  readonly #sent = new Map<string, number>();
  readonly #arrived = new Map<string, number>();

  constructor(private readonly count: number) {}

  arrived(id: string, atMs: number): void {
    if (!this.#arrived.has(id)) this.#arrived.set(id, atMs);
  }

  async run(collection: Collection, load: Load, make: MakeDocument): Promise<Sample> {
    const total = this.count + WARM_UP;
    await insertSteadily(collection, { ...load, count: total }, make, (id, atMs) => this.#sent.set(id, atMs));
    const deadlineMs = nowMs() + LAST_WITHIN_MS;
    const missing = () => [...this.#sent.keys()].filter(id => !this.#arrived.has(id)).length;
    while (missing() > 0) {
      if (nowMs() > deadlineMs) throw new Error(`${missing()} of ${total} never arrived`);
      await sleep(20);
    }
    const measured = [...this.#sent].slice(WARM_UP);
    return summarise(measured.map(([id, atMs]) => this.#arrived.get(id)! - atMs));
  }
}

/** Real work ends: the next round must not start beside hundreds that still run. */
async function completeAll(server: BenchServer, dispatches: Won[]): Promise<void> {
  for (let at = 0; at < dispatches.length; at += 100) {
    const items = dispatches.slice(at, at + 100).map(({ id, epoch }) => ({ id, epoch, output: 'ok' }));
    await postJson(`${server.url}/api/dispatches/complete`, server.token, { items });
  }
}
