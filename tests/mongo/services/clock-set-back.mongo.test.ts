import { beforeAll, expect, it } from 'vitest';
import { systemClock } from '@/lib/kernel/clock';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { noteClaimer } from '@/lib/services/dispatches/claim/note-claimer';
import { DatabaseProbe } from '@/lib/services/health/probes';
import { issueToken } from '@/lib/services/identity/issue-token';
import { recheckCredentials } from '@/lib/services/identity/recheck-credentials';
import { resolveCaller } from '@/lib/services/identity/caller';
import { revokeToken } from '@/lib/services/identity/revoke-token';
import { InboxWatch } from '@/lib/services/messages/inbox-watch';
import { waitForMessage } from '@/lib/services/messages/wait-for-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import type { Collections } from '@/lib/store/collections';
import { makeActor } from '@/tests/support/actors';
import { makePlane, type TestPlane } from '@/tests/support/make-plane';
import { testPrincipal } from '@/tests/support/principal';

/** By an hour, with each test: what was noted before it must not count as fresh until the hour is over. */
let setBackMs = 0;
const setBack = () => (setBackMs += 3_600_000);
const SOON = { timeout: 10_000 };

let plane: TestPlane['plane'];
beforeAll(async () => {
  ({ plane } = await makePlane({ ...systemClock, now: () => Date.now() - setBackMs }));
  await ensureDefaultTenant(plane);
});

it('a tenant that came since then is found', async () => {
  await plane.tenants.refresh();
  setBack();
  await plane.collections.tenants.insertOne({ tenantId: 'acme', name: 'Acme' } as never);
  expect(await plane.tenants.exists('acme')).toBe(true);
});

it('whoever claims is noted as listening', async () => {
  const { presence } = plane.collections;
  const claim = () => noteClaimer({ plane, principal: testPrincipal(), requestId: 'r1' }, 'desk');
  const rows = () => presence.countDocuments({ kind: 'claim' });
  claim();
  await expect.poll(rows, SOON).toBe(1);
  await presence.deleteMany({});
  setBack();
  claim();
  await expect.poll(rows, SOON).toBe(1);
});

/** A token that is still good whenever that is looked up. */
const withToken = async (role: 'orchestrator' | 'agent', more: object = {}) => {
  const { id } = await issueToken(makeActor(plane, 'admin'), { role, label: role, ...more });
  return makeActor(plane, role, { id, ...more });
};

it('a claim that waits for work waits no longer than it was asked to', async () => {
  const claim = { consumer: 'desk', max: 1, waitMs: 300, agentTypes: ['qa'] };
  const claiming = claimDispatches(await withToken('orchestrator'), claim);
  await plane.clock.sleep(100);
  setBack();
  expect(await claiming).toMatchObject({ dispatches: [], reason: 'nothing-due' });
});

it('nor does a call that waits for a message', async () => {
  const caller = await resolveCaller(await withToken('agent', { agentType: 'seo' }), undefined);
  const watch = new InboxWatch(plane);
  const waiting = waitForMessage(caller, { timeoutMs: 300 }, watch, new AbortController().signal);
  await plane.clock.sleep(100);
  setBack();
  expect(await waiting).toMatchObject({ items: [] });
  await watch.stop();
});

it('a call that waits hears that its token was revoked', async () => {
  const waiting = await withToken('orchestrator');
  const recheck = recheckCredentials(waiting);
  await revokeToken(makeActor(plane, 'admin'), waiting.principal.id);
  setBack();
  await expect(recheck()).rejects.toMatchObject({ code: 'unauthenticated' });
});

it('a probe hears that the database is away', async () => {
  let isAway = false;
  const command = async () => {
    if (isAway) throw new Error('away');
  };
  const collections = { messages: { db: { command } } } as unknown as Collections;
  const probe = new DatabaseProbe(collections, plane.clock.now);
  expect(await probe.reachable()).toBe(true);
  isAway = true;
  setBack();
  expect(await probe.reachable()).toBe(false);
});
