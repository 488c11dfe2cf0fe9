import { beforeAll, expect, it } from 'vitest';
import { systemClock } from '@/lib/kernel/clock';
import { noteClaimer } from '@/lib/services/dispatches/claim/note-claimer';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
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
