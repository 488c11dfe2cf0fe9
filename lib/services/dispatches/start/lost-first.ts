import { findDispatchesById } from '../../../store/dispatch-claims';
import type { DispatchDocument } from '../../../store/documents';
import { hex } from '../../../store/ids';
import { primaryChanges } from '../../../store/primary-changes';
import { updateHeldWork, WORK_WORDS } from '../../../store/work-items';
import type { Plane } from '../../context';

type First = Pick<DispatchDocument, '_id' | 'source' | 'epoch'>;

/**
 * The first write of a claim waits for no majority: the second one's covers it, on the same primary. Where there was
 * another in between it may be gone with the old one, and whoever was told of it would work for nobody, with its lane
 * closed until the sweep for orphans. Given those whose second write stands and the count before the first; answers the
 * hex ids of dispatches that are not there. Their work is due again, no attempt spent.
 */
export async function giveBackLost(plane: Plane, changesBefore: number, held: First[]): Promise<ReadonlySet<string>> {
  if (held.length === 0 || primaryChanges(plane.collections) === changesBefore) return NONE;
  const ids = held.map(({ _id }) => _id);
  const there = new Set((await findDispatchesById(plane.collections, ids)).map(({ _id }) => hex(_id)));
  const lost = held.filter(({ _id }) => !there.has(hex(_id)));
  await Promise.all(lost.map(first => giveBack(plane, first)));
  return new Set(lost.map(({ _id }) => hex(_id)));
}

const NONE: ReadonlySet<string> = new Set();

async function giveBack({ collections, log }: Plane, { _id, source: { kind, id }, epoch }: First): Promise<void> {
  const attempts = { $max: [0, { $subtract: ['$attempts', 1] }] };
  const set = { status: WORK_WORDS[kind].due, attempts, dispatchId: null };
  const isBack = await updateHeldWork(collections, { kind, id, dispatchId: _id, epoch, set });
  log.warn({ dispatchId: hex(_id), isBack }, 'a claim was lost with the primary it was written to');
}
