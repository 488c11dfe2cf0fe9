import type { Document, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import { newId } from './ids';

/** What came back under a stale epoch, on its dispatch. */

/**
 * What a finished attempt hands in that may no longer count: kept where a person can take it or leave it. Told again it
 * keeps its id, for it may be half accepted, and its deliverables where only the agent told them and not its session.
 */
export async function keepLateOutput(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  { epoch, output, deliverables }: { epoch: number; output: string; deliverables?: Document },
) {
  const known = (field: string, otherwise: unknown) => ({
    $cond: [{ $eq: ['$lateOutput.epoch', epoch] }, { $ifNull: [`$lateOutput.${field}`, otherwise] }, otherwise],
  });
  await c.dispatches.updateOne({ _id: id, tenantId, $nor: [{ lateDecidedEpoch: { $gte: epoch } }] }, [
    {
      $set: {
        lateOutput: {
          epoch,
          output: { $literal: output },
          deliverables: deliverables ?? known('deliverables', []),
          at: '$$NOW',
          id: known('id', newId()),
        },
        updatedAt: '$$NOW',
      },
    },
  ]);
}

/** A person took it or left it: the first decision counts. False: another came before, or a newer output. */
export async function decideLateOutput(c: Collections, id: ObjectId, epoch: number): Promise<boolean> {
  const result = await c.dispatches.updateOne({ _id: id, 'lateOutput.epoch': epoch }, [
    { $set: { lateOutput: null, lateDecidedEpoch: epoch, updatedAt: '$$NOW' } },
  ]);
  return result.modifiedCount === 1;
}
