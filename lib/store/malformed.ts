import type { Filter } from 'mongodb';
import { redactSecrets } from '../domain/redact';
import { DEFAULT_TENANT } from '../domain/fields';
import { GroupCommit } from '../kernel/group-commit';
import type { Collections } from './collections';
import type { MalformedDocument } from './documents';
import { duplicatePlaces } from './errors';

/** Kept for people to see; past this the oldest go, for a flood of bad documents must not fill the disk. */
export const MALFORMED_KEPT = 20_000;
const TRIM_ABOUT_EVERY = 500;
let sinceTrim = 0;

export interface MalformedRow {
  tenantId: string;
  collection: string;
  documentId: string;
  reason: string;
}

const MOST_TOGETHER = 500;
const queues = new WeakMap<Collections, { commit: GroupCommit<MalformedRow, void>; waiting: number }>();

/**
 * Lists it for people. Those that come together are written together: ten thousand single writes kept every claim
 * waiting for a minute. Past as many as are kept anyway nothing more is taken; the sweep comes by again.
 */
export async function recordMalformed(c: Collections, row: MalformedRow): Promise<void> {
  let queue = queues.get(c);
  if (!queue) {
    const run = (rows: MalformedRow[]) => record(c, rows);
    queue = { commit: new GroupCommit({ run, abreast: 1, mostTogether: MOST_TOGETHER }), waiting: 0 };
    queues.set(c, queue);
  }
  if (queue.waiting >= MALFORMED_KEPT) return;
  queue.waiting += 1;
  try {
    await queue.commit.submit(row);
  } finally {
    queue.waiting -= 1;
  }
}

async function record(c: Collections, rows: MalformedRow[]): Promise<void[]> {
  const writes = rows.map(({ tenantId, collection, documentId, reason }) => ({
    updateOne: {
      filter: { _id: `${collection}:${documentId}` },
      update: [
        {
          $set: {
            tenantId: { $literal: tenantId },
            collection,
            documentId,
            reason: { $literal: redactSecrets(reason).slice(0, 500) },
            seenAt: { $ifNull: ['$seenAt', '$$NOW'] },
            toldAt: '$$NOW',
          },
        },
      ],
      upsert: true,
    },
  }));
  try {
    await c.malformed.bulkWrite(writes, { ordered: false });
  } catch (error) {
    // Another process lists the same ones beside us.
    if (duplicatePlaces(error) === null) throw error;
  }
  sinceTrim += rows.length;
  if (sinceTrim >= TRIM_ABOUT_EVERY) {
    sinceTrim = 0;
    await trim(c);
  }
  return rows.map(() => undefined);
}

async function trim(c: Collections): Promise<void> {
  const oldestKept = await c.malformed
    .find({}, { projection: { seenAt: 1 } })
    .sort({ seenAt: -1 })
    .skip(MALFORMED_KEPT)
    .limit(1)
    .next();
  if (oldestKept) await c.malformed.deleteMany({ seenAt: { $lte: oldestKept.seenAt } });
}

/** What names a tenant that does not exist is shown to the default one, whose admins manage tenants. */
export async function readMalformed(c: Collections, tenantId: string, recent: number) {
  const isManaging = tenantId === DEFAULT_TENANT;
  // Read afresh: a tenant that is not known yet would have its documents shown to another.
  const others = isManaging ? await c.tenants.distinct('tenantId', { tenantId: { $ne: DEFAULT_TENANT } }) : [];
  const filter = { tenantId: isManaging ? { $nin: others } : tenantId };
  const [count, rows] = await Promise.all([
    c.malformed.countDocuments(filter),
    c.malformed.find(filter).sort({ seenAt: -1 }).limit(recent).toArray(),
  ]);
  return {
    count,
    recent: rows.map(({ collection, documentId, reason }) => ({ collection, id: documentId, reason })),
  };
}

/** As they were listed: what was told of one since stays. */
export async function forgetListed(c: Collections, listed: MalformedDocument[]): Promise<void> {
  const filters = listed.map(({ _id, toldAt }) => ({ _id, toldAt: toldAt ?? { $exists: false } }));
  if (filters.length > 0) await c.malformed.deleteMany({ $or: filters } as Filter<MalformedDocument>);
}

/** A document that was mended and taken up is malformed no more. */
export async function forgetMalformed(c: Collections, collection: string, documentId: string): Promise<void> {
  await c.malformed.deleteOne({ _id: `${collection}:${documentId}` });
}
