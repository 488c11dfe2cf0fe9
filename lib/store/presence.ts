import type { Collections } from './collections';
import type { PresenceDocument } from './documents';

/** Counted as connected while seen within this; streams refresh every 5 s. */
export const PRESENT_MS = 12_000;

export type PresenceRow = Omit<PresenceDocument, 'seenAt'>;

export async function touchPresence(c: Collections, presence: PresenceRow): Promise<void> {
  await c.presence.updateOne({ _id: presence._id }, touch(presence), { upsert: true, writeConcern: { w: 1 } });
}

/** Those who are there and those who left, in one write. */
export async function writePresence(
  c: Collections,
  { present, gone }: { present: PresenceRow[]; gone: string[] },
): Promise<void> {
  await c.presence.bulkWrite(
    [
      ...present.map(row => ({ updateOne: { filter: { _id: row._id }, update: touch(row), upsert: true } })),
      ...gone.map(_id => ({ deleteOne: { filter: { _id } } })),
    ],
    { ordered: false, writeConcern: { w: 1 } },
  );
}

const touch = ({ _id, ...set }: PresenceRow) => [
  { $set: { ...Object.fromEntries(Object.entries(set).map(([k, v]) => [k, { $literal: v }])), seenAt: '$$NOW' } },
];

export async function removePresence(c: Collections, id: string): Promise<void> {
  await c.presence.deleteOne({ _id: id }, { writeConcern: { w: 1 } });
}

/** Orchestrators that listen now: one with a stream and waiting claims counts once. */
export async function countOrchestrators(c: Collections, tenantId: string): Promise<number> {
  const rows = await c.presence
    .aggregate<{ count: number }>([
      {
        $match: {
          tenantId,
          role: 'orchestrator',
          $expr: { $gte: ['$seenAt', { $subtract: ['$$NOW', PRESENT_MS] }] },
        },
      },
      { $group: { _id: { principal: '$principalId', consumer: '$consumer' } } },
      { $count: 'count' },
    ])
    .toArray();
  return rows[0]?.count ?? 0;
}
