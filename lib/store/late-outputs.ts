import type { Document, Filter, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import { MAX_WITH_LATE_BYTES } from './document-size';
import type { DispatchDocument } from './documents';
import { newId } from './ids';

/** What came back under a stale epoch, on its dispatch. */

/**
 * Behind the newest, which a person is shown, stand those of other epochs. Few dispatches have a second: each takes a
 * wait, and a resume that ended late as well. Past this the oldest goes.
 */
const MOST_BEHIND = 3;
/**
 * Each takes a turn that ended late and a person. Past this, what was decided first and is told once more is offered
 * once more.
 */
const DECISIONS_REMEMBERED = 20;
/** What goes with an output in its record. */
const AROUND_BYTES = 2_048;

interface ToldLate {
  epoch: number;
  output: string;
  /** Absent: as they were told before. */
  deliverables?: Document | undefined;
}

/** A driver may have written anything there. */
const BEHIND = { $cond: [{ $isArray: '$lateBehind' }, '$lateBehind', []] };
const DECIDED = { $cond: [{ $isArray: '$lateDecidedEpochs' }, '$lateDecidedEpochs', []] };
const ALL = {
  $concatArrays: [{ $cond: [{ $eq: [{ $type: '$lateOutput' }, 'object'] }, ['$lateOutput'], []] }, BEHIND],
};

const ofEpoch = (compare: '$eq' | '$ne', epoch: number): Document => ({
  $filter: { input: ALL, as: 'one', cond: { [compare]: ['$$one.epoch', epoch] } },
});

/**
 * What a write of it sets. Told again an output keeps its id, for it may be half accepted, and its deliverables where
 * only the agent told them and not its session. Where there is no room for more, the newest stands alone: the
 * outcome to come has its own.
 */
function withLate({ epoch, output, deliverables }: ToldLate): Record<'lateOutput' | 'lateBehind', Document> {
  const before = ofEpoch('$eq', epoch);
  const entry = {
    epoch,
    output: { $literal: output },
    deliverables: deliverables ?? { $ifNull: ['$$told.deliverables', []] },
    at: '$$NOW',
    id: { $ifNull: ['$$told.id', newId()] },
  };
  const bytes = Buffer.byteLength(output) + Buffer.byteLength(JSON.stringify(deliverables ?? [])) + AROUND_BYTES;
  const fits = { $lte: [{ $bsonSize: '$$ROOT' }, MAX_WITH_LATE_BYTES - bytes] };
  const hasRoom = { $or: [{ $ne: [before, []] }, fits] };
  return {
    lateOutput: { $let: { vars: { told: { $first: before } }, in: entry } },
    lateBehind: { $cond: [hasRoom, { $slice: [ofEpoch('$ne', epoch), MOST_BEHIND] }, []] },
  };
}

/** The same of a write that may be another outcome: only where `condition` holds. */
export function withLateWhere(condition: Document, told: ToldLate): Document {
  const { lateOutput, lateBehind } = withLate(told);
  return {
    lateOutput: { $cond: [condition, lateOutput, '$lateOutput'] },
    lateBehind: { $cond: [condition, lateBehind, '$lateBehind'] },
  };
}

/**
 * What a finished attempt hands in that may no longer count: kept where a person can take it or leave it, also where a
 * later turn's was decided about before this one came.
 */
export async function keepLateOutput(c: Collections, tenantId: string, id: ObjectId, told: ToldLate): Promise<void> {
  await c.dispatches.updateOne({ _id: id, tenantId, lateDecidedEpochs: { $ne: told.epoch } }, [
    { $set: { ...withLate(told), updatedAt: '$$NOW' } },
  ]);
}

const hasLate = (id: ObjectId, epoch: number): Filter<DispatchDocument> => ({
  _id: id,
  $or: [{ 'lateOutput.epoch': epoch }, { 'lateBehind.epoch': epoch }],
});

/** A person takes it, which is more than one write: from here on nobody leaves it. False: it was decided before. */
export async function beginTaking(c: Collections, id: ObjectId, epoch: number): Promise<boolean> {
  const result = await c.dispatches.updateOne(hasLate(id, epoch), { $set: { lateTakenEpoch: epoch } });
  return result.matchedCount === 1;
}

/** What stands behind it is shown from now on. */
async function decide(c: Collections, filter: Filter<DispatchDocument>, epoch: number): Promise<boolean> {
  const others = ofEpoch('$ne', epoch);
  const result = await c.dispatches.updateOne(filter, [
    {
      $set: {
        lateOutput: { $ifNull: [{ $first: others }, null] },
        lateBehind: { $slice: [others, 1, MOST_BEHIND] },
        lateDecidedEpochs: { $slice: [{ $concatArrays: [DECIDED, [epoch]] }, -DECISIONS_REMEMBERED] },
        updatedAt: '$$NOW',
      },
    },
  ]);
  return result.modifiedCount === 1;
}

/** All of it is written. False: somebody else who took it was first. */
export const endTaking = (c: Collections, id: ObjectId, epoch: number): Promise<boolean> =>
  decide(c, hasLate(id, epoch), epoch);

/** False: somebody decided about it, or takes it. */
export const leaveLateOutput = (c: Collections, id: ObjectId, epoch: number): Promise<boolean> =>
  decide(c, { ...hasLate(id, epoch), lateTakenEpoch: { $ne: epoch } }, epoch);
