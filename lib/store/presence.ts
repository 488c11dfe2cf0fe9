import type { Collections } from './collections';
import type { PresenceDocument } from './documents';

/** Counted as connected while seen within this; streams refresh every 5 s. */
export const PRESENT_MS = 12_000;

export async function touchPresence(c: Collections, presence: Omit<PresenceDocument, 'seenAt'>): Promise<void> {
  const { _id, ...set } = presence;
  await c.presence.updateOne(
    { _id },
    [{ $set: { ...Object.fromEntries(Object.entries(set).map(([k, v]) => [k, { $literal: v }])), seenAt: '$$NOW' } }],
    { upsert: true, writeConcern: { w: 1 } },
  );
}

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
