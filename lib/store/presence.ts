import type { Collections } from './collections';
import type { PresenceDocument } from './documents';

/** Counted as connected while seen within this; streams refresh every 5 s. */
export const PRESENT_MS = 12_000;

export type PresenceRow = Omit<PresenceDocument, 'seenAt'>;

/** No tenant has this id. */
const EVERY_TENANT = '*';

export async function touchPresence(c: Collections, presence: PresenceRow): Promise<void> {
  await c.presence.updateOne({ _id: presence._id }, touch(presence), { upsert: true, writeConcern: { w: 1 } });
}

export type Gone = Pick<PresenceRow, '_id' | 'tenantId'>;

/** Those who are there and those who left, in one write. */
export async function writePresence(
  c: Collections,
  { present, gone }: { present: PresenceRow[]; gone: Gone[] },
): Promise<void> {
  const left = [...new Set(gone.map(({ tenantId }) => tenantId))].map(leftRow);
  await c.presence.bulkWrite(
    [
      ...[...present, ...left].map(row => ({
        updateOne: { filter: { _id: row._id }, update: touch(row), upsert: true },
      })),
      ...gone.map(({ _id }) => ({ deleteOne: { filter: { _id } } })),
    ],
    { ordered: false, writeConcern: { w: 1 } },
  );
}

/** One a tenant: an absence is counted from it, whoever left last. */
const leftRow = (tenantId: string): PresenceRow => ({
  _id: `left:${tenantId}`,
  tenantId,
  role: 'orchestrator',
  principalId: '',
  consumer: null,
  kind: 'left',
  process: '',
});

/** From here on anybody may come: until now nobody could. */
export const beginPresence = (c: Collections): Promise<void> => touchPresence(c, leftRow(EVERY_TENANT));

const touch = ({ _id, ...set }: PresenceRow) => [
  { $set: { ...Object.fromEntries(Object.entries(set).map(([k, v]) => [k, { $literal: v }])), seenAt: '$$NOW' } },
];

/** Orchestrators that listen now: one with a stream and waiting claims counts once. */
export async function countOrchestrators(c: Collections, tenantId: string): Promise<number> {
  const rows = await c.presence
    .aggregate<{ count: number }>([
      {
        $match: {
          tenantId,
          role: 'orchestrator',
          kind: { $ne: 'left' },
          $expr: { $gte: ['$seenAt', { $subtract: ['$$NOW', PRESENT_MS] }] },
        },
      },
      { $group: { _id: { principal: '$principalId', consumer: '$consumer' } } },
      { $count: 'count' },
    ])
    .toArray();
  return rows[0]?.count ?? 0;
}

/** Since when none was seen; null when that is longer ago than rows are kept. */
export async function secondsWithoutOrchestrator(c: Collections, tenantId: string): Promise<number | null> {
  const row = await c.presence
    .aggregate<{ ms: number }>([
      { $match: { tenantId: { $in: [tenantId, EVERY_TENANT] }, role: 'orchestrator' } },
      { $group: { _id: null, at: { $max: '$seenAt' } } },
      { $project: { ms: { $subtract: ['$$NOW', '$at'] } } },
    ])
    .next();
  return row === null ? null : Math.max(0, row.ms) / 1_000;
}
