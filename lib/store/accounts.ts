import type { Collections } from './collections';

const accountId = (tenantId: string, account: string) => `${tenantId}/${account}`;

/** A provider said 'not before': every claim for that account waits, whichever orchestrator makes it. */
export async function holdAccount(c: Collections, tenantId: string, account: string, until: Date): Promise<void> {
  await c.accounts.updateOne(
    { _id: accountId(tenantId, account) },
    { $max: { retryNotBefore: until }, $set: { tenantId, account, updatedAt: new Date() } },
    { upsert: true },
  );
}

export async function accountHeldUntil(c: Collections, tenantId: string, account: string): Promise<Date | null> {
  const row = await c.accounts.findOne({
    _id: accountId(tenantId, account),
    $expr: { $gt: ['$retryNotBefore', '$$NOW'] },
  });
  return row?.retryNotBefore ?? null;
}
