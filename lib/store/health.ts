import type { Db } from 'mongodb';
import { COLLECTION_NAMES, type Collections } from './collections';
import { MIGRATIONS_COLLECTION } from './migrate';
import { isTime } from './raw-document';
import { META_COLLECTION } from './stream-identity';

const dbOf = (c: Collections): Db => c.messages.db;

/** Never rejects. The timer is ours: a frozen server answers no command, not even with an error. */
export async function pingDatabase(c: Collections, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const answer = dbOf(c)
    .command({ ping: 1 }, { timeoutMS: timeoutMs })
    .then(
      () => true,
      () => false,
    );
  const reachable = await Promise.race([answer, late]);
  clearTimeout(timer);
  return reachable;
}

export interface MemberHealth {
  host: string;
  state: string;
  lagSeconds: number | null;
}

export async function replicaSetMembers(c: Collections): Promise<MemberHealth[]> {
  const admin = dbOf(c).client.db('admin');
  const status = (await admin.command({ replSetGetStatus: 1 })) as {
    members: { name: string; stateStr: string; optimeDate?: Date; health: number }[];
  };
  const primary = status.members.find(({ stateStr }) => stateStr === 'PRIMARY');
  return status.members.map(member => ({
    host: member.name,
    state: member.stateStr,
    lagSeconds:
      primary?.optimeDate && member.optimeDate && member.health === 1
        ? Math.max(0, (primary.optimeDate.getTime() - member.optimeDate.getTime()) / 1_000)
        : null,
  }));
}

export interface OplogState {
  /** From the oldest to the newest entry: how far back a reader may resume now. */
  windowHours: number;
  /** Null where the server does not tell. */
  usedBytes: number | null;
  maxBytes: number | null;
  minRetentionHours: number | null;
}

/** Null when there is no oplog to be read. */
export async function oplogState(c: Collections): Promise<OplogState | null> {
  const local = dbOf(c).client.db('local');
  const oplog = local.collection<{ wall?: Date }>('oplog.rs');
  const options = { projection: { wall: 1 } };
  const [oldest, newest, sizes, status] = await Promise.all([
    oplog.find({}, options).sort({ $natural: 1 }).limit(1).next(),
    oplog.find({}, options).sort({ $natural: -1 }).limit(1).next(),
    // A role that may read the oplog may yet not see its size: then the window speaks for itself.
    oplog
      .aggregate<{ storageStats: { size: number; maxSize?: number } }>([{ $collStats: { storageStats: {} } }])
      .next()
      .catch(() => null),
    local
      .admin()
      .command({ serverStatus: 1, repl: 0, metrics: 0, locks: 0, wiredTiger: 0 })
      .catch(() => null),
  ]);
  if (!oldest?.wall || !newest?.wall) return null;
  const minRetention: unknown = status?.['oplogTruncation']?.oplogMinRetentionHours;
  return {
    windowHours: (newest.wall.getTime() - oldest.wall.getTime()) / 3_600_000,
    usedBytes: sizes?.storageStats.size ?? null,
    maxBytes: sizes?.storageStats.maxSize ?? null,
    minRetentionHours: typeof minRetention === 'number' ? minRetention : null,
  };
}

/** What the store keeps for itself. */
export const INTERNAL_COLLECTIONS = [META_COLLECTION, MIGRATIONS_COLLECTION] as const;
/** More collections than this in one database are somebody else's. */
const MOST_COLLECTIONS = 200;

interface StorageSize {
  collection: string;
  documents: number | null;
  bytes: number | null;
}

/** Every collection there is, the plane's own first. How much lies in each is of all tenants together. */
export async function storageSizes(c: Collections, isSizeTold: boolean): Promise<StorageSize[]> {
  const there = await dbOf(c).listCollections({}, { nameOnly: true }).toArray();
  const foreign = there.map(({ name }) => name).filter(name => !name.startsWith('system.'));
  const names = new Set([...Object.values(COLLECTION_NAMES), ...INTERNAL_COLLECTIONS, ...foreign]);
  return Promise.all(
    [...names].slice(0, MOST_COLLECTIONS).map(async collection => {
      if (!isSizeTold) return { collection, documents: null, bytes: null };
      const [stats] = await dbOf(c)
        .collection(collection)
        .aggregate<{ count: number; size: number }>([
          { $collStats: { storageStats: {} } },
          { $project: { count: '$storageStats.count', size: '$storageStats.size' } },
        ])
        .toArray()
        .catch(() => []);
      return { collection, documents: stats?.count ?? 0, bytes: stats?.size ?? 0 };
    }),
  );
}

/** How long the oldest item that may start has waited; null when none may. */
export async function oldestDueSeconds(c: Collections, tenantId: string): Promise<number | null> {
  const oldest = (collection: Collections['messages'] | Collections['tasks'], status: string) =>
    (collection as Collections['messages'])
      .aggregate<{ ms: number }>([
        { $match: { tenantId, status, ...isTime('availableAt'), $expr: { $lte: ['$availableAt', '$$NOW'] } } },
        { $group: { _id: null, at: { $min: '$availableAt' } } },
        { $project: { ms: { $subtract: ['$$NOW', '$at'] } } },
      ])
      .next();
  const rows = await Promise.all([oldest(c.messages, 'queued'), oldest(c.tasks, 'ready')]);
  const waits = rows.filter(row => row !== null).map(({ ms }) => ms);
  return waits.length === 0 ? null : Math.max(...waits) / 1_000;
}
