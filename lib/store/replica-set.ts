import { setTimeout as delay } from 'node:timers/promises';
import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { ControlPlaneError } from '@/lib/domain/errors';
import { steadyClock } from '../kernel/clock';

/**
 * What has to be true of the server before anything else is built on it: change streams need a replica set. Also the
 * few administrative calls with which the embedded server is made one.
 */
export const EMBEDDED_SET_NAME = 'switchboard';

/** Server codes, by their names in MongoDB's error table. */
const NOT_YET_INITIALIZED = 94;
const ALREADY_INITIALIZED = 23;
const CONFIGURATION_IN_PROGRESS = 109;

const POLL_MS = 20;
/** A lone node elects itself in some ten milliseconds. */
const ELECTION_WAIT_MS = 500;
/** Loopback answers in milliseconds; a node that takes longer for one attempt is asked again, not waited for. */
const LOOPBACK_ATTEMPT_MS = 500;

export interface Hello {
  isWritablePrimary: boolean;
  setName?: string;
  /** True on a server that runs with --replSet and was never initiated. */
  isreplicaset?: boolean;
  /** 'isdbgrid' on a mongos. */
  msg?: string;
}

export interface ServerIdentity {
  pid: number;
  dbPath: string | null;
}

const admin = (client: MongoClient): Db => client.db('admin');

const sayHello = async (client: MongoClient): Promise<Hello> => (await admin(client).command({ hello: 1 })) as Hello;

const loopbackUri = (port: number): string => `mongodb://127.0.0.1:${port}/?directConnection=true`;

async function withLoopbackClient<T>(port: number, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(loopbackUri(port), {
    serverSelectionTimeoutMS: LOOPBACK_ATTEMPT_MS,
    connectTimeoutMS: LOOPBACK_ATTEMPT_MS,
    maxPoolSize: 1,
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Who answers on that loopback port: its process id and data folder. Null when nobody answers in time. */
export async function identifyServer(port: number): Promise<ServerIdentity | null> {
  try {
    return await withLoopbackClient(port, async client => {
      const status = await admin(client).command({ serverStatus: 1 }, { timeoutMS: LOOPBACK_ATTEMPT_MS });
      const options = await admin(client).command({ getCmdLineOpts: 1 }, { timeoutMS: LOOPBACK_ATTEMPT_MS });
      return { pid: Number(status['pid']), dbPath: options['parsed']?.storage?.dbPath ?? null };
    });
  } catch {
    return null;
  }
}

/**
 * Brings the one node on that loopback port to a writable primary, whatever state it is in: never initiated, initiated
 * under another port (reconfigured by force: the only member is this one), or a primary already. Rejects when the
 * signal aborts first.
 */
export async function ensureSingleNodeSet(port: number, signal: AbortSignal): Promise<void> {
  let last: unknown;
  while (!signal.aborted) {
    try {
      if (await withLoopbackClient(port, client => stepTowardsPrimary(client, port, signal))) return;
    } catch (error) {
      last = error;
    }
    await delay(POLL_MS);
  }
  throw new ControlPlaneError('unavailable', `mongod on port ${port} did not become a writable primary`, {
    cause: last,
  });
}

/**
 * One look and at most one change, then a short wait. What was asked for is asked for again in the next round: a node
 * that still reads its configuration from disk answers as if it had none, and forgets what it refused meanwhile.
 */
async function stepTowardsPrimary(client: MongoClient, port: number, signal: AbortSignal): Promise<boolean> {
  if ((await sayHello(client)).isWritablePrimary) return true;
  await initiateOrMove(client, port);
  const deadline = steadyClock.now() + ELECTION_WAIT_MS;
  while (!signal.aborted && steadyClock.now() < deadline) {
    if ((await sayHello(client)).isWritablePrimary) return true;
    await delay(POLL_MS);
  }
  return false;
}

async function initiateOrMove(client: MongoClient, port: number): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const config = await currentConfig(client);
  if (config === null) {
    const initial = { _id: EMBEDDED_SET_NAME, members: [{ _id: 0, host }] };
    await ignoring([ALREADY_INITIALIZED], () => admin(client).command({ replSetInitiate: initial }));
    return;
  }
  const [member] = config.members;
  if (config.members.length === 1 && member?.host === host) return;
  const moved = { ...config, version: config.version + 1, members: [{ ...member, host }] };
  await ignoring([CONFIGURATION_IN_PROGRESS], () => admin(client).command({ replSetReconfig: moved, force: true }));
}

interface SetConfig {
  version: number;
  members: { _id: number; host: string }[];
}

async function currentConfig(client: MongoClient): Promise<SetConfig | null> {
  try {
    return (await admin(client).command({ replSetGetConfig: 1 }))['config'] as SetConfig;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NOT_YET_INITIALIZED) return null;
    throw error;
  }
}

async function ignoring(codes: readonly number[], run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof MongoServerError) || !codes.includes(Number(error.code))) throw error;
  }
}

/** Refuses a server that cannot give change streams, with the command that makes it one that can. */
export async function assertReplicaSet(client: MongoClient): Promise<void> {
  const hello = await sayHello(client);
  if (hello.setName !== undefined || hello.msg === 'isdbgrid') return;
  const { host, port, dbPath } = await startOptions(client);
  const initiate = `mongosh ${host}--port ${port} --eval 'rs.initiate()'`;
  const fix = hello.isreplicaset
    ? `It runs with --replSet but was never initiated. Run once: ${initiate}`
    : `Change streams need a replica set; one node is enough. Stop it, then: ` +
      `mongod --replSet rs0 --port ${port} --dbpath ${dbPath} and run once: ${initiate}`;
  throw new ControlPlaneError('unavailable', `MONGODB_URI points at a standalone server. ${fix}`);
}

/** The words for the fix; a user without the right to read them gets MongoDB's own defaults. */
async function startOptions(client: MongoClient): Promise<{ host: string; port: number; dbPath: string }> {
  const options = await admin(client)
    .command({ getCmdLineOpts: 1 })
    .catch(() => null);
  const parsed = options?.['parsed'];
  const address = client.options.hosts[0];
  const isLocal = ['127.0.0.1', 'localhost', '::1'].includes(address?.host ?? 'localhost');
  return {
    host: isLocal ? '' : `--host ${address?.host} `,
    port: parsed?.net?.port ?? address?.port ?? 27017,
    dbPath: parsed?.storage?.dbPath ?? '/data/db',
  };
}
