import type { Filter } from 'mongodb';
import type { Settings } from '../domain/settings/schema';
import type { Collections } from './collections';
import type { SettingsDocument } from './documents';
import type { Transaction } from './transaction';

export const findSettings = (c: Collections, tenantId: string, tx?: Transaction): Promise<SettingsDocument | null> =>
  c.settings.findOne({ _id: tenantId }, tx ? { session: tx } : {});

/** Matches only while the settings stand at the revision that was read; the first write makes them. */
export async function writeSettings(
  c: Collections,
  {
    tenantId,
    fromRevision,
    settings,
    updatedBy,
  }: {
    tenantId: string;
    fromRevision: number;
    settings: Settings;
    updatedBy: string;
  },
  tx: Transaction,
): Promise<boolean> {
  const at = fromRevision === 0 ? { $in: [0, null] } : fromRevision;
  const result = await c.settings.updateOne(
    { _id: tenantId, revision: at } as unknown as Filter<SettingsDocument>,
    [
      {
        $set: {
          ...settings,
          tenantId: { $literal: tenantId },
          createdAt: { $ifNull: ['$createdAt', '$updatedAt', '$$NOW'] },
          createdBy: { $ifNull: ['$createdBy', '$updatedBy', { $literal: updatedBy }] },
          updatedBy: { $literal: updatedBy },
          updatedAt: '$$NOW',
        },
      },
    ],
    { session: tx, upsert: fromRevision === 0 },
  );
  return result.matchedCount + result.upsertedCount === 1;
}
