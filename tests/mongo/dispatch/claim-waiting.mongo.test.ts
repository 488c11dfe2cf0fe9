import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '@/lib/kernel/clock';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context, Plane } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { createMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { issueToken } from '@/lib/services/identity/issue-token';
import { revokeToken } from '@/lib/services/identity/revoke-token';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Claims that wait for work. */

let aheadMs = 0;
const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
let test: TestPlane;
let person: Context;
let claimer: Context;
beforeAll(async () => {
  test = await makePlane(clock);
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  claimer = makeActor(test.plane, 'orchestrator');
});
beforeEach(() => {
  aheadMs = 0;
});

const claimWaiting = (plane: Plane, waitMs: number, signal?: AbortSignal, { principal } = claimer) =>
  claimDispatches({ ...claimer, plane, principal }, { consumer: 'waits', max: 5, waitMs, agentTypes: ['qa'] }, signal);
const post = async () => (await createMessage(person, { body: 'work', assignedTo: 'qa' })).id;
/** Its event never came. */
const postUnheard = async () => {
  const heard = test.plane.doorbell.ring.bind(test.plane.doorbell);
  test.plane.doorbell.ring = () => undefined;
  const id = await post();
  test.plane.doorbell.ring = heard;
  return id;
};
const finish = (dispatches: Dispatch[]) =>
  completeDispatches(claimer, { items: dispatches.map(({ id, epoch }) => ({ id, epoch, output: '' })) });
/** `then` is done when a look that found nothing is over, and before the claim waits. */
const afterEmptyLook = (then: () => Promise<unknown>): { plane: Plane; looks: () => number } => {
  let looks = 0;
  const settled = async () => {
    looks += 1;
    if (looks === 1) await then();
  };
  const { turns } = test.plane.adoption;
  return { plane: { ...test.plane, adoption: { settled, turns, waiting: () => [] } as never }, looks: () => looks };
};

describe('a claim that waits', () => {
  it('hears what rang while it looked', async () => {
    let id = '';
    const { plane } = afterEmptyLook(async () => (id = await post()));
    const startedMs = performance.now();
    const { dispatches } = await claimWaiting(plane, 5_000);
    expect(performance.now() - startedMs).toBeLessThan(900);
    expect(dispatches.map(({ source }) => source.id)).toEqual([id]);
    await finish(dispatches);
  });

  it('takes nothing for a caller who hung up', async () => {
    const caller = new AbortController();
    const { plane, looks } = afterEmptyLook(postUnheard);
    const claiming = claimWaiting(plane, 5_000, caller.signal);
    setTimeout(() => caller.abort(), 200);
    expect(await claiming).toEqual({ dispatches: [], reason: 'nothing-due' });
    expect(looks()).toBe(1);
    const { dispatches } = await claimWaiting(test.plane, 0);
    expect(dispatches).toHaveLength(1);
    await finish(dispatches);
  });

  it('gives back, with no attempt spent, what it was taking when its caller hung up', async () => {
    const ids = [await post(), await post()];
    expect(await claimWaiting(test.plane, 0, AbortSignal.abort())).toEqual({ dispatches: [], reason: 'nothing-due' });
    const { dispatches } = await claimWaiting(test.plane, 0);
    expect(dispatches.map(({ source, attempt }) => [source.id, attempt]).toSorted()).toEqual(
      ids.map(id => [id, 1]).toSorted(),
    );
    await finish(dispatches);
  });

  it('is over within seconds when its token is revoked, and gets no work', async () => {
    const admin = makeActor(test.plane, 'admin');
    const made = await issueToken(admin, { role: 'orchestrator', label: 'on its way out' });
    const principal = { ...claimer.principal, id: made.id };
    const claiming = claimWaiting(test.plane, 50_000, undefined, { ...claimer, principal });
    claiming.catch(() => undefined);
    await revokeToken(admin, made.id);
    aheadMs = 11_000;
    await expect(claiming).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
