import { beforeAll, expect, it } from 'vitest';
import { DAY_MS } from '@/lib/kernel/clock';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { liftAccountHold } from '@/lib/services/dispatches/due/account-hold';
import { failDispatch } from '@/lib/services/dispatches/life-cycle';
import { systemHealth } from '@/lib/services/health/system-health';
import { createMessage } from '@/lib/services/messages/create-message';
import { accountHeldUntil } from '@/lib/store/accounts';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** What a provider's 'not before' does to an account, and who hears of it. */
let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const claim = async (assignedTo = 'research') => {
  const { id } = await createMessage(person, { assignedTo, body: 'work' });
  return claimDispatches(night, { consumer: 'c', max: 1, waitMs: 0, source: { kind: 'message', id } });
};
const heldUntil = async () =>
  (await accountHeldUntil(test.plane.collections, 'default', night.principal.account))?.getTime() ?? 0;

it('a time years ahead holds its account for days, and the health page says until when', async () => {
  expect((await systemHealth(person)).reasons.join()).not.toContain('Account');
  const { dispatches } = await claim();
  const { id, epoch } = dispatches[0]!;
  const retryNotBefore = '9999-01-01T00:00:00.000Z';
  await failDispatch(night, id, { epoch, error: 'usage limit', retryable: true, retryNotBefore });
  const until = await heldUntil();
  expect(Math.abs(until - Date.now() - 8 * DAY_MS)).toBeLessThan(60_000);
  expect(await claim()).toEqual({ dispatches: [], reason: 'held' });
  const minute = new Date(until + 59_999).toISOString().slice(0, 16).replace('T', ' ');
  const account = night.principal.account;
  const said = `Account ${account} takes no work before ${minute} UTC: its provider’s limit.`;
  expect(await systemHealth(person)).toMatchObject({
    status: 'degraded',
    reasons: expect.arrayContaining([said]),
    heldAccounts: [{ account, until: new Date(until).toISOString() }],
  });
  // A person knows better.
  await liftAccountHold(person, account);
  expect((await systemHealth(person)).heldAccounts).toEqual([]);
  expect((await claim()).dispatches).toHaveLength(1);
  await expect(liftAccountHold(person, account)).rejects.toMatchObject({ code: 'not-found' });
  await expect(liftAccountHold(night, account)).rejects.toMatchObject({ code: 'forbidden' });
  const log = await test.plane.collections.activity.find({ action: 'account.lift-hold' }).toArray();
  expect(log.map(({ subject }) => subject)).toEqual([{ kind: 'account', id: account }]);
});
