import type { Document, ObjectId } from 'mongodb';
import type { Usage } from '../domain/fields';
import type { Collections } from './collections';
import type { DispatchDocument } from './documents';

const FIGURES = ['inputTokens', 'outputTokens', 'costUsd'] as const satisfies readonly (keyof Usage)[];
/** Cents and their parts are added as doubles; what lies below a billionth of a dollar is noise of the addition. */
const DECIMALS = 9;

/**
 * Adds what one epoch used, each figure once: a second report of the same epoch only fills in what the first left out
 * (an agent may know its tokens, its session what they cost). `usage` is always the sum, so a dispatch that asked and
 * was resumed shows all of its turns.
 */
export function usageStages(epoch: number, usage: Usage): Document[] {
  const known = { $ifNull: ['$usages', []] };
  const isKnown = { $in: [epoch, { $ifNull: ['$usages.epoch', []] }] };
  const filled = { $cond: [{ $eq: ['$$this.epoch', epoch] }, { $mergeObjects: [usage, '$$this'] }, '$$this'] };
  const added = { $concatArrays: [known, [{ epoch, ...usage }]] };
  return [
    { $set: { usages: { $cond: [isKnown, { $map: { input: known, in: filled } }, added] } } },
    { $set: { usage: { $mergeObjects: FIGURES.map(sumOf) } } },
  ];
}

/** A figure that no turn gave stays absent: no data is not zero. */
const sumOf = (figure: (typeof FIGURES)[number]): Document => {
  const given = `$usages.${figure}`;
  return { $cond: [{ $gt: [{ $size: given }, 0] }, { [figure]: { $round: [{ $sum: given }, DECIMALS] } }, {}] };
};

/**
 * For a turn whose outcome does not count (late, waiting, or told before by the agent itself): it was paid for all the
 * same. Null: there is no such dispatch, or it never had this epoch.
 */
export const addUsage = (
  c: Collections,
  tenantId: string,
  id: ObjectId,
  epoch: number,
  usage: Usage,
): Promise<DispatchDocument | null> =>
  c.dispatches.findOneAndUpdate(
    { _id: id, tenantId, epoch: { $gte: epoch } },
    [...usageStages(epoch, usage), { $set: { updatedAt: '$$NOW' } }],
    { returnDocument: 'after' },
  );

/** Whose turns these are. */
export const findTurns = (c: Collections, tenantId: string, ids: ObjectId[]) =>
  c.dispatches
    .find({ _id: { $in: ids }, tenantId })
    .project<Pick<DispatchDocument, '_id' | 'tenantId' | 'agentType' | 'epoch'>>({
      tenantId: 1,
      agentType: 1,
      epoch: 1,
    })
    .toArray();
