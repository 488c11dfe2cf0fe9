import { requirePermission } from '../../../auth/policy';
import { notFound } from '../../../domain/errors';
import { FreshReads } from '../../../kernel/fresh-reads';
import type { FailDispatch } from '../../../domain/dispatch/schema';
import { accountHeldUntil, endHold, holdAccount } from '../../../store/accounts';
import type { DispatchDocument } from '../../../store/documents';
import { recordActivity } from '../../activity/record-activity';
import type { Context, Plane } from '../../context';

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

/**
 * A provider's limit stands whatever became of the dispatch that ran into it. An earlier turn may have run on another
 * account than the present one: then it is its caller's.
 */
export async function holdAccountOf(
  { plane, principal }: Context,
  dispatch: Pick<DispatchDocument, 'tenantId' | 'account' | 'epoch' | 'mode'>,
  { epoch, retryNotBefore }: Pick<FailDispatch, 'epoch' | 'retryNotBefore'>,
): Promise<void> {
  const isPresent = epoch === dispatch.epoch;
  const wasItsOwn = isPresent || (dispatch.mode === 'resume' && epoch < dispatch.epoch);
  if (retryNotBefore === undefined || !wasItsOwn) return;
  const { tenantId } = dispatch;
  const account = isPresent ? dispatch.account : principal.account;
  await holdAccount(plane.collections, tenantId, account, new Date(retryNotBefore));
  holdsOf(plane).forget(`${tenantId}/${account}`);
}

/** A person knows better: the limit was raised, or its time was read wrong. Claims go on within half a second anywhere. */
export async function liftAccountHold(ctx: Context, account: string): Promise<void> {
  requirePermission(ctx.principal, 'dispatches:steer');
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  if (!(await endHold(plane.collections, tenantId, account))) throw notFound('account hold', account);
  holdsOf(plane).forget(`${tenantId}/${account}`);
  await recordActivity(ctx, { action: 'account.lift-hold', subject: { kind: 'account', id: account } });
  plane.doorbell.ring(tenantId);
}
