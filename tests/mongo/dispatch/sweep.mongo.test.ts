import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim';
import { sweepDispatches } from '@/lib/services/dispatches/sweep';
import { createMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import type { DispatchDocument } from '@/lib/store/documents';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** More than the sweep looks at together. */
const MANY = 250;
let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const claimOne = async (): Promise<DispatchDocument> => {
  const { id } = await createMessage(person, { body: 'work', assignedTo: 'research' });
  const claim = { consumer: 'night', max: 1, waitMs: 0, source: { kind: 'message' as const, id } };
  const { dispatches } = await claimDispatches(night, claim);
  return (await test.plane.collections.dispatches.findOne({ _id: new ObjectId(dispatches[0]!.id) }))!;
};
/** Many like this one, each of work of its own that is gone since. */
const multiply = async ({ open: _open, lane: _lane, slot: _slot, ...row }: DispatchDocument, fields: object) => {
  const rows = Array.from({ length: MANY }, () => ({
    ...row,
    ...fields,
    _id: new ObjectId(),
    source: { kind: 'message' as const, id: new ObjectId() },
  }));
  await test.plane.collections.dispatches.insertMany(rows);
  return rows.map(({ _id }) => _id);
};
const count = (ids: ObjectId[], fields: object) =>
  test.plane.collections.dispatches.countDocuments({ _id: { $in: ids }, ...fields });

describe('one pass of the sweep', () => {
  const past = new Date(Date.now() - 60_000);

  it('ends all leases of a killed orchestrator, however many they are', async () => {
    const ids = await multiply(await claimOne(), { leaseUntil: past });
    expect(await sweepDispatches(test.plane)).toMatchObject({ lapsed: MANY });
    expect(await count(ids, { status: 'lapsed', settled: true })).toBe(MANY);
  });

  it('settles all outcomes that a crash cut off', async () => {
    const ended = { status: 'released', settled: false, leaseUntil: null, endedAt: past, updatedAt: past };
    const ids = await multiply(await claimOne(), ended);
    expect(await sweepDispatches(test.plane)).toMatchObject({ settled: MANY });
    expect(await count(ids, { settled: true })).toBe(MANY);
  });

  it('is left when its process stops', async () => {
    const ids = await multiply(await claimOne(), { leaseUntil: past });
    const stopping = new AbortController();
    const find = test.plane.collections.dispatches.find.bind(test.plane.collections.dispatches);
    test.plane.collections.dispatches.find = ((...query: Parameters<typeof find>) => {
      stopping.abort();
      return find(...query);
    }) as typeof find;
    expect(await sweepDispatches(test.plane, stopping.signal)).toMatchObject({ lapsed: 200, settled: 0 });
    test.plane.collections.dispatches.find = find;
    expect(await count(ids, { status: 'running' })).toBe(MANY - 200);
    await sweepDispatches(test.plane);
  });
});
