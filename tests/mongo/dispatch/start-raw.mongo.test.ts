import { ObjectId } from 'mongodb';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '@/lib/services/context';
import { isRawStart } from '@/lib/services/dispatches/due/candidate';
import { completeDispatch } from '@/lib/services/dispatches/life-cycle';
import { rawCandidate } from '@/lib/services/dispatches/due/raw-candidate';
import { SlotPool } from '@/lib/services/dispatches/due/slot-pool';
import { startRaw } from '@/lib/services/dispatches/start/start-raw';
import type { StartOutcome } from '@/lib/services/dispatches/due/started';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Claims of raw messages in one write: what befalls one of them is not to be felt by the others. */

const claim = { consumer: 'night', max: 1, waitMs: 0 };

let test: TestPlane;
let night: Context;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  night = makeActor(test.plane, 'orchestrator');
});
beforeEach(() => limit(500));

const limit = async (concurrency: number) => {
  await test.plane.collections.agentTypes.updateOne({ slug: 'research' }, { $set: { concurrency } });
  test.plane.agentTypes.clear();
};
const rawStart = async (body: string) => {
  const _id = new ObjectId();
  await test.plane.collections.messages.insertOne({ _id, assignedTo: 'research', body } as never);
  test.plane.rawIntake.note(String(_id));
  const raw = await test.plane.rawIntake.get(String(_id));
  const candidate = await rawCandidate(night.plane, night.principal.tenantId, raw!, true);
  if (!candidate || !isRawStart(candidate)) throw new Error('wants one that its own claim can take up');
  return { ctx: night, claim, candidate, slots: new SlotPool(test.plane) };
};
const rawStarts = (count: number) => Promise.all(Array.from({ length: count }, (_, n) => rawStart(`raw ${n}`)));
const outcomesOf = async (starts: Awaited<ReturnType<typeof rawStarts>>) =>
  Promise.allSettled(await startRaw(test.plane, starts));
const told = (outcome: PromiseSettledResult<StartOutcome>): string =>
  outcome.status === 'rejected' ? 'failed' : 'reason' in outcome.value ? outcome.value.reason : 'started';
const idOf = ({ candidate }: Awaited<ReturnType<typeof rawStart>>) => candidate.due.item._id;
const messageOf = (start: Awaited<ReturnType<typeof rawStart>>) =>
  test.plane.collections.messages.findOne({ _id: idOf(start) }).then(row => row!);
const openOf = (start: Awaited<ReturnType<typeof rawStart>>) =>
  test.plane.collections.dispatches.find({ open: idOf(start) }).toArray();
const finish = (outcomes: PromiseSettledResult<StartOutcome>[]) =>
  Promise.all(
    outcomes.map(async outcome => {
      if (outcome.status === 'rejected' || 'reason' in outcome.value) return;
      const { _id, epoch } = outcome.value.dispatch;
      await completeDispatch(night, String(_id), { epoch, output: '' });
    }),
  );

describe('claims of raw messages in one write', () => {
  it('hand each its own message and dispatch, as the database holds them', async () => {
    const starts = await rawStarts(10);
    const outcomes = await outcomesOf(starts);
    expect(outcomes.map(told)).toEqual(starts.map(() => 'started'));
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected' || 'reason' in outcome.value) continue;
      const { dispatch, message } = outcome.value;
      expect(await messageOf(starts[at]!)).toEqual(message);
      expect(await openOf(starts[at]!)).toEqual([dispatch]);
    }
    await finish(outcomes);
  });

  it('leave untouched those that no slot is left for', async () => {
    await limit(2);
    const starts = await rawStarts(8);
    const outcomes = await outcomesOf(starts);
    const words = outcomes.map(told);
    expect(words.filter(word => word === 'started')).toHaveLength(2);
    expect(words.filter(word => word === 'at-capacity')).toHaveLength(6);
    const rows = await Promise.all(starts.map(messageOf));
    expect(rows.filter(({ epoch }) => epoch !== undefined)).toHaveLength(2);
    await finish(outcomes);
  });

  it('fill every slot of many, each at its first try', async () => {
    await limit(40);
    const half = await outcomesOf(await rawStarts(20));
    const starts = await rawStarts(20);
    // Whichever slot one is given, nobody has it: none is lost and looked for again.
    for (const { slots } of starts) slots.lost = () => expect.fail('a slot was lost');
    const rest = await outcomesOf(starts);
    const outcomes = [...half, ...rest];
    expect(outcomes.map(told)).toEqual(outcomes.map(() => 'started'));
    expect((await outcomesOf(await rawStarts(1))).map(told)).toEqual(['at-capacity']);
    await finish(outcomes);
  });

  it('find the slots that claims which came to nothing had in hand', async () => {
    await limit(9);
    const { candidate } = await rawStart('nobody takes it');
    const pool = new SlotPool(test.plane);
    const names = new Set<string | null>();
    for (let taken = 0; taken < 9; taken += 1) names.add(await pool.take(candidate.type));
    expect(names.size).toBe(9);
    const outcomes = await outcomesOf(await rawStarts(9));
    expect(outcomes.map(told)).toEqual(outcomes.map(() => 'started'));
    await finish(outcomes);
  });

  it('fail alone where no write can carry the message, and leave nothing of it behind', async () => {
    const starts = await rawStarts(3);
    // Grown by its driver after it was read, past the validator, to where every update is refused.
    const grown = { $set: { extra: 'x'.repeat(265 * 1024) } as object };
    await test.plane.collections.messages.updateOne({ _id: idOf(starts[1]!) }, grown, {
      bypassDocumentValidation: true,
    });
    const outcomes = await outcomesOf(starts);
    // The others were taken up with it and given back: whoever claims looks again, and finds them due.
    expect(outcomes.map(told)).toEqual(['taken', 'failed', 'taken']);
    for (const start of starts) expect(await openOf(start)).toEqual([]);
    expect([await messageOf(starts[0]!), await messageOf(starts[2]!)]).toMatchObject([
      { status: 'queued', attempts: 0, dispatchId: null },
      { status: 'queued', attempts: 0, dispatchId: null },
    ]);
    await test.plane.collections.messages.deleteOne({ _id: idOf(starts[1]!) });
  });

  it('lose a message that somebody else has, and keep theirs', async () => {
    const starts = await rawStarts(3);
    await test.plane.collections.messages.updateOne({ _id: idOf(starts[1]!) }, { $set: { assignedTo: 'qa' } });
    const outcomes = await outcomesOf(starts);
    expect(outcomes.map(told)).toEqual(['started', 'taken', 'started']);
    expect(await openOf(starts[1]!)).toEqual([]);
    await finish(outcomes);
  });
});
