import type { Claim } from '../../../domain/dispatch/schema';
import { insertDispatchesFirst, withdrawDispatches } from '../../../store/dispatch-claims';
import type { DispatchDocument } from '../../../store/documents';
import { hex } from '../../../store/ids';
import { primaryChanges } from '../../../store/primary-changes';
import { type WorkDocument, type WorkKind } from '../../../store/work-items';
import { claimWorkItemsAt } from '../../../store/work-claims';
import { crashPoint } from '../../../telemetry/crash-point';
import type { Context, Plane } from '../../context';
import { batches } from './batches';
import type { DealtCandidate } from '../due/candidate';
import { giveBackLost } from './lost-first';
import { newDispatch, workClaimOf } from './new-dispatch';
import type { SlotPool } from '../due/slot-pool';
import { startAlone } from './start-together';
import type { StartOutcome } from '../due/started';

interface Attempt {
  candidate: DealtCandidate;
  key: string;
  dispatch: DispatchDocument;
}

/**
 * What one claim was dealt, started together: the same two fenced writes as one start's, each written once for all,
 * with nothing read in between or after. Who loses on a unique index, which another process's claim can bring about,
 * tries again alone.
 */
export const startDealt = (
  ctx: Context,
  claim: Claim,
  candidates: DealtCandidate[],
  slots: SlotPool,
): Promise<StartOutcome[]> => batches.run(candidates, part => startPart(ctx, claim, part, slots));

async function startPart(
  ctx: Context,
  claim: Claim,
  candidates: DealtCandidate[],
  slots: SlotPool,
): Promise<StartOutcome[]> {
  const { plane } = ctx;
  const changesBefore = primaryChanges(plane.collections);
  const made = candidates.map(candidate => newDispatch(ctx, claim, candidate, candidate.slot));
  const { documents, lost } = await insertDispatchesFirst(
    plane.collections,
    made.map(({ row }) => row),
    candidates[0]!.clock.now(),
  );
  crashPoint('claim:after-dispatch');
  const attempts = candidates.map((candidate, at): Attempt => {
    return { candidate, key: made[at]!.key, dispatch: documents[at]! };
  });
  const [items, alone] = await Promise.all([
    takeItems(
      plane,
      attempts.filter((_attempt, at) => !lost.has(at)),
    ),
    Promise.all(
      [...lost].map(async at => [at, await startAlone({ ctx, claim, candidate: candidates[at]!, slots })] as const),
    ),
  ]);
  crashPoint('claim:after-work');
  const again = new Map(alone);
  const held = attempts.filter(({ dispatch }) => items.has(hex(dispatch.source.id)));
  const gone = await giveBackLost(
    plane,
    changesBefore,
    held.map(({ dispatch }) => dispatch),
  );
  return attempts.map(({ candidate: { type }, key, dispatch }, at): StartOutcome => {
    const item = gone.has(hex(dispatch._id)) ? undefined : items.get(hex(dispatch.source.id));
    return again.get(at) ?? (item ? { dispatch, type, item, key } : { reason: 'taken' });
  });
}

/** The second gate, one write a kind; by id of the work item, those that were won. Dispatches of the others go. */
async function takeItems(plane: Plane, attempts: Attempt[]): Promise<Map<string, WorkDocument>> {
  const c = plane.collections;
  const kinds: WorkKind[] = ['message', 'task'];
  const taken = await Promise.all(
    kinds.map(async kind => {
      const mine = attempts.filter(({ candidate: { due } }) => due.kind === kind);
      if (mine.length === 0) return [];
      const claims = mine.map(({ candidate: { due }, dispatch }) => {
        return { claim: workClaimOf(due, dispatch), item: due.item };
      });
      return claimWorkItemsAt(c, kind, claims, mine[0]!.candidate.clock.now());
    }),
  );
  const items = new Map(taken.flat().map(item => [hex(item._id), item]));
  await withdrawDispatches(
    c,
    attempts.filter(({ dispatch }) => !items.has(hex(dispatch.source.id))).map(({ dispatch }) => dispatch._id),
  );
  return items;
}
