import { beforeAll, expect, it } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { createMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import type { DispatchDocument } from '@/lib/store/documents';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** A limit lowered under running work: what still runs counts, in whichever slots it stands. */

let test: TestPlane;
let night: Context;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  night = makeActor(test.plane, 'orchestrator');
});

const limit = async (slug: string, concurrency: number) => {
  await test.plane.collections.agentTypes.updateOne({ slug }, { $set: { concurrency } });
  test.plane.agentTypes.clear();
};
const postMany = async (slug: string, count: number): Promise<string[]> => {
  const person = makeActor(test.plane, 'operator');
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push((await createMessage(person, { body: 'work', assignedTo: slug })).id);
  return ids;
};
const claim = async (slug: string, more: object) =>
  (await claimDispatches(night, { consumer: 'night', max: 1, waitMs: 0, agentTypes: [slug], ...more })).dispatches;
const running = (slug: string) =>
  test.plane.collections.dispatches.find({ agentType: slug, status: 'running' }).toArray();
const end = (rows: DispatchDocument[]) =>
  completeDispatches(night, { items: rows.map(({ _id, epoch }) => ({ id: String(_id), epoch, output: '' })) });
const slotOf = ({ slot }: { slot?: string }) => Number(slot!.split('#')[1]);

const allAtOnce = (slug: string) => claim(slug, { max: 100 });
const eachById = async (slug: string, ids: string[]) => {
  for (const id of ids) await claim(slug, { source: { kind: 'message', id } });
};

it.each([
  { slug: 'qa', from: 8, to: 5, stay: [3, 4, 7], claimed: 'at once', come: allAtOnce },
  { slug: 'seo', from: 20, to: 10, stay: [5, 6, 7, 8, 9, 15, 16], claimed: 'at once', come: allAtOnce },
  { slug: 'legal', from: 8, to: 5, stay: [3, 4, 7], claimed: 'by id', come: eachById },
  { slug: 'sales', from: 20, to: 10, stay: [5, 6, 7, 8, 9, 15, 16], claimed: 'by id', come: eachById },
  { slug: 'design', from: 8, to: 3, stay: [2, 3, 4, 5], claimed: 'by id', come: eachById },
])('from $from to $to while $stay run: claimed $claimed, no more run', async ({ slug, from, to, stay, come }) => {
  await limit(slug, from);
  await postMany(slug, from);
  await claim(slug, { max: from });
  const begun = await running(slug);
  expect(begun.map(slotOf).toSorted((a, b) => a - b)).toEqual(Array.from({ length: from }, (_, k) => k));
  await limit(slug, to);
  const [staying, leaving] = [true, false].map(stays => begun.filter(row => stay.includes(slotOf(row)) === stays));
  await end(leaving!);
  await come(slug, await postMany(slug, from));
  expect(await running(slug)).toHaveLength(Math.max(to, stay.length));
  // Once those are over, the whole of the limit is there again.
  await end(staying!);
  await claim(slug, { max: 100 });
  expect(await running(slug)).toHaveLength(to);
});
