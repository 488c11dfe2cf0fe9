import type { Db } from 'mongodb';
import { COLLECTION_NAMES, type Collections } from './collections';

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

/** Hours between the oldest and the newest oplog entry: how far back a reader may resume. */
export async function oplogWindowHours(c: Collections): Promise<number | null> {
  const oplog = dbOf(c).client.db('local').collection<{ wall?: Date }>('oplog.rs');
  const options = { projection: { wall: 1 } };
  const [oldest, newest] = await Promise.all([
    oplog.find({}, options).sort({ $natural: 1 }).limit(1).next(),
    oplog.find({}, options).sort({ $natural: -1 }).limit(1).next(),
  ]);
  if (!oldest?.wall || !newest?.wall) return null;
  return (newest.wall.getTime() - oldest.wall.getTime()) / 3_600_000;
}

export async function storageSizes(
  c: Collections,
): Promise<{ collection: string; documents: number; bytes: number }[]> {
  const names = Object.values(COLLECTION_NAMES);
  const rows = await Promise.all(
    names.map(async collection => {
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
  return rows;
}

/** How long the oldest due item (not held, not unroutable) has waited; null when nothing is due. */
export async function oldestDueSeconds(c: Collections, tenantId: string): Promise<number | null> {
  const oldest = (collection: Collections['messages'] | Collections['tasks'], status: string) =>
    (collection as Collections['messages'])
      .aggregate<{ ms: number }>([
        { $match: { tenantId, status, $expr: { $lte: ['$availableAt', '$$NOW'] } } },
        { $group: { _id: null, at: { $min: '$availableAt' } } },
        { $project: { ms: { $subtract: ['$$NOW', '$at'] } } },
      ])
      .next();
  const rows = await Promise.all([oldest(c.messages, 'queued'), oldest(c.tasks, 'ready')]);
  const waits = rows.filter(row => row !== null).map(({ ms }) => ms);
  return waits.length === 0 ? null : Math.max(...waits) / 1_000;
}
