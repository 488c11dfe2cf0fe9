import { setTimeout as delay } from 'node:timers/promises';
import { type ChangeStreamOptions, type Db, MongoClient, type MongoClientOptions, Timestamp } from 'mongodb';
import type { EventCursor, EventSource, OpenSource, StreamIdentity } from '../../domain/event/event-source';
import { LruMap } from '../../kernel/lru-map';
import type { RawMessage } from '../raw-document';
import { ensureStreamIdentity } from '../stream-identity';
import { ChangeCursor, tokenOf, type CursorContext, type RawStream } from './change-cursor';
import { toStreamError, unavailable } from './errors';
import { KnownTenants } from './known-tenants';
import type { MalformedChange } from './map-change';
import { AWAIT_MS, LEAVES_SOON_AWAIT_MS, PIPELINE, PIPELINE_VERSION, STREAM_OPTIONS } from './pipeline';
import type { RawChange } from './raw-change';
import { readRecordsOf } from './read-records';

export interface ChangeSourceOptions {
  uri: string;
  database: string;
  log: { warn(fields: object, message: string): void };
  /** A document that made no event because it cannot be worked with; once for each change this process reads first. */
  onMalformed?: (found: MalformedChange) => void;
  /** A raw message, before its event is told; never by a cursor that only looks back. */
  onRaw?: (document: RawMessage, atMs: number) => void;
}

/**
 * A client of its own: when a primary dies the hub must learn it in 2.5 s, while writers should wait out an election.
 * Its pool holds the live cursor, a few for catching up, and the commands that open and close them.
 */
const CLIENT_OPTIONS: MongoClientOptions = {
  appName: 'switchboard-stream',
  serverSelectionTimeoutMS: 2_500,
  connectTimeoutMS: 2_000,
  heartbeatFrequencyMS: 1_000,
  maxPoolSize: 12,
  readConcern: { level: 'majority' },
  writeConcern: { w: 'majority', wtimeoutMS: 2_500 },
  // zlib is left out: mongod before 6.0.27 leaks heap through it (CVE-2025-14847).
  compressors: ['none'],
};
/** Malformed documents are told once, however often a replay reads over them. */
const TOLD_REMEMBERED = 10_000;
/** Normally one answer, half a second; a server that is frozen or far behind must not hold up a stop for longer. */
const CLOSE_PATIENCE_MS = 5_000;
/** Of what the caller waits: the server is done before, and says so. What it is not told it would go on with unseen. */
const SERVER_SHARE = 0.75;
/** A look back is a favour; the server reads its log from there, whether or not there is anything of ours in it. */
const LOOK_BACK_MOST_MS = 2_000;
/**
 * Left to itself the server fills an answer up to 16 MB, on a busy machine for longer than a cursor may be silent; and
 * what is begun again from the same place is as much again.
 */
const ANSWER_CHANGES = 500;
const ANSWER_PATIENCE_MS = 2 * AWAIT_MS;
/** A living server is told within milliseconds; what waits its turn for a cursor does not wait longer for a dead one. */
const LET_GO_PATIENCE_MS = 2 * ANSWER_PATIENCE_MS;

/** The event source over MongoDB: one database-level change stream a cursor. */
export class ChangeSource implements EventSource {
  readonly #options: ChangeSourceOptions;
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #tenants = new KnownTenants();
  readonly #told = new LruMap<string, true>(TOLD_REMEMBERED);
  readonly #pending = new Set<Promise<unknown>>();
  #identity: StreamIdentity | null = null;
  readonly #startedAtMs = Date.now();

  constructor(options: ChangeSourceOptions) {
    this.#options = options;
    this.#client = new MongoClient(options.uri, CLIENT_OPTIONS);
    this.#db = this.#client.db(options.database);
  }

  async open(options: OpenSource): Promise<EventCursor> {
    try {
      return await this.#track(this.#open(options));
    } catch (error) {
      throw toStreamError(error);
    }
  }

  /** Cursors that are being closed are given a moment: one that is cut off in the middle stays on the server. */
  async close(): Promise<void> {
    const allClosed = async () => {
      while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
    };
    await settledWithin(allClosed(), CLOSE_PATIENCE_MS);
    await this.#client.close();
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work);
    const done = () => void this.#pending.delete(work);
    work.then(done, done);
    return work;
  }

  async #open(options: OpenSource): Promise<EventCursor> {
    // Does nothing once it has connected. Left to the first command, a client that found no primary then (a start in
    // the middle of an election) stays closed for good, and every later open fails like the first.
    await this.#client.connect();
    // The beginning first: what changes while the rest is read then comes on the stream as well.
    const begin = { ...(await this.#beginning(options)), ...boundOf(options), batchSize: ANSWER_CHANGES };
    const identity = await this.#prepare(options);
    const maxAwaitTimeMS = options.leavesSoon ? LEAVES_SOON_AWAIT_MS : AWAIT_MS;
    const stream = this.#db.watch(PIPELINE, { ...STREAM_OPTIONS, maxAwaitTimeMS, ...begin }) as unknown as RawStream;
    try {
      // Reads the first batch: only now the stream stands, and says where.
      const first = (await stream.tryNext()) as RawChange | null;
      if (options.signal.aborted) throw unavailable('The source was closed while it opened.');
      return this.#cursor(stream, identity, options, first);
    } catch (error) {
      void this.#closeStream(stream);
      throw error;
    }
  }

  /** Asked anew for a cursor that stays. One that only looks back goes by what the one that stays has found. */
  async #prepare({ leavesSoon }: OpenSource): Promise<StreamIdentity> {
    if (leavesSoon && this.#identity) return this.#identity;
    const { databaseId, streamEpoch } = await ensureStreamIdentity(this.#db);
    await this.#tenants.load(this.#db);
    this.#identity = { databaseId, streamEpoch, pipelineVersion: PIPELINE_VERSION };
    return this.#identity;
  }

  /**
   * After the answer under way: the driver ends the session of a cursor whose answer comes in while it is being
   * closed, its own killCursors then fails unheard, and the server keeps the cursor. The server it would talk to may
   * be dead: only `close` waits for the whole of it.
   */
  #closeStream(stream: RawStream, reading: Promise<unknown> = Promise.resolve()): Promise<void> {
    const closed = settledWithin(reading, ANSWER_PATIENCE_MS).then(() => stream.close());
    return settledWithin(this.#track(closed.catch(() => undefined)), LET_GO_PATIENCE_MS);
  }

  /**
   * `startAfter` and never `resumeAfter`, which refuses an invalidate's token. The present is pinned to the time of a
   * command of our own: left to the server, the stream begins one tick after its newest entry, a point that the idle
   * confirmations of other cursors do not reach.
   */
  async #beginning({ afterToken, sinceMs }: OpenSource): Promise<ChangeStreamOptions> {
    if (afterToken !== undefined) return { startAfter: { _data: afterToken } };
    if (sinceMs !== undefined) return { startAtOperationTime: timestampOf(sinceMs) };
    const { operationTime } = await this.#db.command({ ping: 1 });
    return operationTime instanceof Timestamp ? { startAtOperationTime: operationTime } : {};
  }

  #cursor(stream: RawStream, identity: StreamIdentity, options: OpenSource, first: RawChange | null) {
    const reached = tokenOf(first?._id ?? stream.resumeToken) ?? '';
    // Begun at the present, what was in the first batch already belongs to the past.
    const isNow = options.afterToken === undefined && options.sinceMs === undefined;
    const startToken = options.afterToken ?? (isNow ? reached : floorOf(options.sinceMs!));
    return new ChangeCursor(stream, identity, startToken, this.#context(options), isNow ? null : first);
  }

  #context({ leavesSoon }: OpenSource): CursorContext {
    return {
      raw: (document, atMs) => {
        if (!leavesSoon) this.#heard(() => this.#options.onRaw?.(document, atMs));
      },
      close: (stream, reading) => this.#closeStream(stream, reading),
      readRecords: readRecordsOf(this.#db),
      knownTenant: tenantId => this.#tenants.has(tenantId),
      tenantSeen: tenantId => this.#tenants.add(tenantId),
      malformed: (found, token, atMs) => {
        const key = `${token}/${found.id}`;
        if (atMs < this.#startedAtMs || this.#told.has(key)) return;
        this.#told.set(key, true);
        this.#heard(() => this.#options.onMalformed?.(found));
      },
    };
  }

  /** What a listener does wrong must not end the stream. */
  #heard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'a listener of what the stream reads failed');
    }
  }
}

async function settledWithin(work: Promise<unknown>, patienceMs: number): Promise<void> {
  const done = new AbortController();
  const timer = delay(patienceMs, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work.catch(() => undefined), timer]);
  done.abort();
}

function boundOf({ sinceMs, withinMs }: OpenSource): ChangeStreamOptions {
  const given = withinMs === undefined ? Number.POSITIVE_INFINITY : Math.ceil(withinMs * SERVER_SHARE);
  const maxTimeMS = sinceMs === undefined ? given : Math.min(given, LOOK_BACK_MOST_MS);
  return Number.isFinite(maxTimeMS) ? { maxTimeMS } : {};
}

const timestampOf = (ms: number): Timestamp => new Timestamp({ t: Math.max(1, Math.floor(ms / 1_000)), i: 0 });

/** Sorts before every token of that second on; it is compared with, never resumed from. */
const floorOf = (ms: number): string =>
  `82${Math.max(1, Math.floor(ms / 1_000))
    .toString(16)
    .padStart(8, '0')}`.toUpperCase();
