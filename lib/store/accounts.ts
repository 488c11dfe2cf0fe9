import type { Filter } from 'mongodb';
import { DAY_MS } from '../kernel/clock';
import type { Collections } from './collections';
import type { AccountDocument } from './documents';

/**
 * Providers count by the hour and by the week. A time that lies further ahead was read wrong, and a hold is never
 * shortened: an account once told to wait for the year 9999 took nothing again.
 */
export const MOST_HOLD_MS = 8 * DAY_MS;

const accountId = (tenantId: string, account: string) => `${tenantId}/${account}`;
const HOLDS = { $expr: { $gt: ['$retryNotBefore', '$$NOW'] } } as Filter<AccountDocument>;

/** A provider said 'not before': every claim for that account waits, whichever orchestrator makes it. */
export async function holdAccount(c: Collections, tenantId: string, account: string, until: Date): Promise<void> {
  const longest = { $max: ['$retryNotBefore', until] };
  await c.accounts.updateOne(
    { _id: accountId(tenantId, account) },
    [
      {
        $set: {
          tenantId: { $literal: tenantId },
          account: { $literal: account },
          retryNotBefore: { $min: [longest, { $add: ['$$NOW', MOST_HOLD_MS] }] },
          updatedAt: '$$NOW',
        },
      },
    ],
    { upsert: true },
  );
}

export async function accountHeldUntil(c: Collections, tenantId: string, account: string): Promise<Date | null> {
  const row = await c.accounts.findOne({ _id: accountId(tenantId, account), ...HOLDS });
  return row?.retryNotBefore ?? null;
}

/** False: nothing held it. */
export async function endHold(c: Collections, tenantId: string, account: string): Promise<boolean> {
  const result = await c.accounts.deleteOne({ _id: accountId(tenantId, account), ...HOLDS });
  return result.deletedCount === 1;
}

/** Those that wait longest first. */
export const findHeldAccounts = (c: Collections, tenantId: string, limit: number): Promise<AccountDocument[]> =>
  c.accounts
    .find({ tenantId, ...HOLDS })
    .sort({ retryNotBefore: -1 })
    .limit(limit)
    .toArray();
