import { MongoClient, MongoError, MongoServerSelectionError, type Db, type MongoClientOptions } from 'mongodb';
import { ControlPlaneError } from '../domain/errors';
import { isUnavailable } from './errors';

/**
 * Writes wait out an election (up to `serverSelectionTimeoutMS`) but a database that is away is said so within 5 s:
 * the health probes use the hub's own, quicker client.
 */
const OPTIONS: MongoClientOptions = {
  appName: 'switchboard',
  // Majority everywhere: a claim acknowledged by one node alone can be rolled back and then has two owners, and on a
  // single node `w: 1, j: false` makes change events 50 ms late.
  writeConcern: { w: 'majority', wtimeoutMS: 10_000 },
  readConcern: { level: 'majority' },
  retryWrites: true,
  retryReads: true,
  serverSelectionTimeoutMS: 8_000,
  connectTimeoutMS: 2_000,
  heartbeatFrequencyMS: 2_000,
  maxPoolSize: 40,
  minPoolSize: 2,
  // What a burst opened is given back: without this 5,000 readers that came and went left 18 descriptors for good.
  maxIdleTimeMS: 10_000,
  // zlib is left out: mongod before 6.0.27 leaks heap through it (CVE-2025-14847).
  compressors: ['none'],
  ignoreUndefined: true,
};

export interface DatabaseConnection {
  client: MongoClient;
  db: Db;
  close(): Promise<void>;
}

/** Each waits `serverSelectionTimeoutMS`: together longer than any election. */
const CONNECT_TRIES = 3;

export async function connectDatabase(uri: string, database: string): Promise<DatabaseConnection> {
  for (let tries = 1; ; tries += 1) {
    const client = clientFor(uri);
    try {
      await client.connect();
      return { client, db: client.db(database), close: () => client.close() };
    } catch (error) {
      await client.close().catch(() => undefined);
      if (!isBetweenPrimaries(error) || tries === CONNECT_TRIES) throw unusable(uri, 'a database that answers', error);
    }
  }
}

/** The driver reads the whole address at once, and throws at what it cannot use. */
function clientFor(uri: string): MongoClient {
  try {
    return new MongoClient(uri, OPTIONS);
  } catch (error) {
    throw unusable(uri, 'the address of a replica set', error);
  }
}

/** For whoever set the variable; the passwords that its value may hold stay out of it. */
function unusable(uri: string, wanted: string, error: unknown): ControlPlaneError {
  const place = uri.replace(/^([a-z+]+:\/\/)(?:.*@)?([^/?]*).*$/s, '$1$2');
  const why = error instanceof MongoError ? error.message : String(error);
  const message = `MONGODB_URI: got ${place}, wanted ${wanted}: ${why}`;
  return new ControlPlaneError(isUnavailable(error) ? 'unavailable' : 'validation-failed', message, { cause: error });
}

/**
 * Some member answers, so the address is right, and there will be a primary again. The one that was chosen may go before
 * the first word to it, which is an error of the line alone: a process started in that moment ended.
 */
const isBetweenPrimaries = (error: unknown): boolean =>
  error instanceof MongoServerSelectionError
    ? [...(error.reason?.servers.values() ?? [])].some(({ type }) => type.startsWith('RS'))
    : isUnavailable(error);
