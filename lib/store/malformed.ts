import type { Collections } from './collections';

/** Kept for people to see; past this the oldest go, for a flood of bad documents must not fill the disk. */
export const MALFORMED_KEPT = 20_000;
const TRIM_ABOUT_EVERY = 500;
let sinceTrim = 0;

export async function recordMalformed(
  c: Collections,
  row: { tenantId: string; collection: string; documentId: string; reason: string },
): Promise<void> {
  await c.malformed.updateOne(
    { _id: `${row.collection}:${row.documentId}` },
    [
      {
        $set: {
          tenantId: { $literal: row.tenantId },
          collection: row.collection,
          documentId: row.documentId,
          reason: { $literal: row.reason.slice(0, 500) },
          seenAt: { $ifNull: ['$seenAt', '$$NOW'] },
        },
      },
    ],
    { upsert: true },
  );
  sinceTrim += 1;
  if (sinceTrim >= TRIM_ABOUT_EVERY) {
    sinceTrim = 0;
    await trim(c);
  }
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

export async function readMalformed(c: Collections, tenantIds: string[], recent: number) {
  const filter = { tenantId: { $in: tenantIds } };
  const [count, rows] = await Promise.all([
    c.malformed.countDocuments(filter),
    c.malformed.find(filter).sort({ seenAt: -1 }).limit(recent).toArray(),
  ]);
  return {
    count,
    recent: rows.map(({ collection, documentId, reason }) => ({ collection, id: documentId, reason })),
  };
}

/** A document that was mended and taken up is malformed no more. */
export async function forgetMalformed(c: Collections, collection: string, documentId: string): Promise<void> {
  await c.malformed.deleteOne({ _id: `${collection}:${documentId}` });
}
