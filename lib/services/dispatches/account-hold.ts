import { LruMap } from '../../kernel/lru-map';
import { accountHeldUntil, holdAccount } from '../../store/accounts';
import type { Context, Plane } from '../context';

/** Another process's hold shows here this late at most: a claim more or less against a provider's limit. */
const FRESH_MS = 250;
const REMEMBERED = 1_000;

const known = new WeakMap<Plane, LruMap<string, { isHeld: boolean; atMs: number }>>();

const entriesOf = (plane: Plane) => {
  const entries = known.get(plane) ?? new LruMap<string, { isHeld: boolean; atMs: number }>(REMEMBERED);
  known.set(plane, entries);
  return entries;
};

/** Whether a provider said 'not before' for the account this caller works with. */
export async function isAccountHeld({ plane, principal }: Context): Promise<boolean> {
  const key = `${principal.tenantId}/${principal.account}`;
  const entry = entriesOf(plane).get(key);
  if (entry && plane.clock.now() - entry.atMs < FRESH_MS) return entry.isHeld;
  const isHeld = (await accountHeldUntil(plane.collections, principal.tenantId, principal.account)) !== null;
  entriesOf(plane).set(key, { isHeld, atMs: plane.clock.now() });
  return isHeld;
}

export async function holdAccountUntil(plane: Plane, tenantId: string, account: string, until: Date): Promise<void> {
  await holdAccount(plane.collections, tenantId, account, until);
  entriesOf(plane).delete(`${tenantId}/${account}`);
}
