import { type Db, MongoClient, MongoServerError, ObjectId, type WithoutId, type Document } from 'mongodb';
import type { Ledger } from './ledger';
import type { Seeded } from './seeded';
import { sleep } from './wait';

export interface ProducerOptions {
  uri: string;
  database: string;
  ledger: Ledger;
  random: Seeded;
  perSecond?: number;
  threads?: number;
  /** Of each message; the body names its thread and number all the same. */
  document?: WithoutId<Document>;
}

const PER_SECOND = 25;
const THREADS = 8;
const DUPLICATE_KEY = 11_000;
const RETRY_MS = 50;
/** As any driver that wants to know soon: an answer that takes longer is an unknown result. */
const CLIENT = {
  appName: 'faults-producer',
  writeConcern: { w: 'majority' as const },
  readConcern: { level: 'majority' as const },
  retryWrites: true,
  serverSelectionTimeoutMS: 1_500,
  connectTimeoutMS: 1_000,
  socketTimeoutMS: 2_500,
  heartbeatFrequencyMS: 500,
};

interface Lane {
  thread: ObjectId;
  acked: number;
}

/**
 * Any driver's program that inserts messages: several threads side by side, and within a thread the next is only sent
 * when the one before is acknowledged, so that their order is a fact. A result that is unknown is tried again under
 * the same _id until it is known.
 */
export class Producer {
  readonly client: MongoClient;
  readonly #options: ProducerOptions;
  readonly #stopping = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  acked = 0;
  unknown = 0;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.client = new MongoClient(options.uri, CLIENT);
  }

  get db(): Db {
    return this.client.db(this.#options.database);
  }

  start(): this {
    const { threads = THREADS } = this.#options;
    const lanes = Array.from({ length: threads }, () => this.#lane());
    this.#running = Promise.all(lanes);
    // A failure is raised by stop(), where somebody waits for it.
    this.#running.catch(() => undefined);
    return this;
  }

  /** No more is sent; resolves when all that was sent is acknowledged. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running.catch(() => undefined);
    await this.client.close();
  }

  async #lane(): Promise<void> {
    const { threads = THREADS, perSecond = PER_SECOND, random } = this.#options;
    const everyMs = (1_000 * threads) / perSecond;
    const lane: Lane = { thread: new ObjectId(), acked: 0 };
    await sleep(random.next() * everyMs);
    while (!this.#stopping.signal.aborted) {
      const dueMs = Date.now() + everyMs * (0.5 + random.next());
      await this.#send(lane);
      await sleep(Math.max(0, dueMs - Date.now()));
    }
  }

  /** The first message of a thread carries the thread's id, so that the thread is made from it. */
  async #send(lane: Lane): Promise<void> {
    const number = lane.acked + 1;
    const _id = number === 1 ? lane.thread : new ObjectId();
    const thread = lane.thread.toHexString();
    const body = `${thread} ${number}`;
    const sentAtMs = Date.now();
    await this.keep({ _id, assignedTo: 'research', threadId: lane.thread, body, ...this.#options.document });
    lane.acked = number;
    this.acked += 1;
    this.#options.ledger.add({ kind: 'acked', id: _id.toHexString(), thread, number, sentAtMs });
  }

  /** Until it is known that a majority keeps it. */
  async keep(document: { _id: ObjectId } & Document): Promise<void> {
    const collection = this.db.collection('messages');
    for (;;) {
      try {
        await collection.insertOne(document);
        return;
      } catch (error) {
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) {
          // An earlier try got through; whether to a majority, only such a read can tell.
          const found = await collection.findOne({ _id: document._id }, { projection: { _id: 1 } }).catch(() => null);
          if (found !== null) return;
        } else if (error instanceof MongoServerError && error.code === DOCUMENT_INVALID) throw error;
        this.unknown += 1;
        await sleep(RETRY_MS);
      }
    }
  }
}

/** DocumentValidationFailure: no second try makes it good. */
const DOCUMENT_INVALID = 121;
