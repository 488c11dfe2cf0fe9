import { FreshReads } from '../../kernel/fresh-reads';
import { accountHeldUntil, holdAccount } from '../../store/accounts';
import type { Context, Plane } from '../context';

/** Another process's hold shows here this late at most: a claim more or less against a provider's limit. */
const FRESH_MS = 500;
const REMEMBERED = 1_000;

const known = new WeakMap<Plane, FreshReads<string, boolean>>();

function holdsOf(plane: Plane): FreshReads<string, boolean> {
  const holds = known.get(plane) ?? new FreshReads({ freshMs: FRESH_MS, most: REMEMBERED, now: plane.clock.now });
  known.set(plane, holds);
  return holds;
}

/** Whether a provider said 'not before' for the account this caller works with. */
export const isAccountHeld = ({ plane, principal: { tenantId, account } }: Context): Promise<boolean> =>
  holdsOf(plane).get(
    `${tenantId}/${account}`,
    async () => (await accountHeldUntil(plane.collections, tenantId, account)) !== null,
  );

export async function holdAccountUntil(plane: Plane, tenantId: string, account: string, until: Date): Promise<void> {
  await holdAccount(plane.collections, tenantId, account, until);
  holdsOf(plane).forget(`${tenantId}/${account}`);
}
