import type { Claim } from '../../domain/dispatch/schema';
import { recentDatabaseClock } from '../../store/database-clock';
import { insertDispatchAt, withdrawDispatches, type DispatchRow } from '../../store/dispatch-claims';
import type { DispatchDocument, MessageDocument } from '../../store/documents';
import { duplicateFields } from '../../store/errors';
import { hex } from '../../store/ids';
import { adoptAsClaimed } from '../../store/messages';
import { updateHeldWork, WORK_WORDS } from '../../store/work-items';
import { crashPoint } from '../../telemetry/crash-point';
import type { Context, Plane } from '../context';
import type { RawStart } from './candidate';
import { newDispatch, workClaimOf } from './new-dispatch';
import { SLOT_TRIES, type SlotPool } from './slot-pool';
import type { StartOutcome } from './started';

/**
 * The claim of a raw message whose thread others see to: the same two fenced writes as every start, but side by side, for its
 * lane is its own and nearly always both win. Both gates still have to open. Who wins only one gives it back, and says
 * nothing of it to anybody; what a crash leaves of one alone ends with the lease or is found claimed by nobody.
 */
export async function startRaw(
  ctx: Context,
  claim: Claim,
  candidate: RawStart,
  slots: SlotPool,
): Promise<StartOutcome> {
  const { plane } = ctx;
  const slot = await slots.take(candidate.type);
  if (slot === null) return { reason: 'at-capacity' };
  const { row, key } = newDispatch(ctx, claim, candidate, slot);
  const [message, first] = await Promise.all([takeUp(plane, candidate, row), tryInsert(plane, row)]);
  if (!message) {
    if (!('taken' in first)) await withdrawDispatches(plane.collections, [row._id]);
    return { reason: 'taken' };
  }
  crashPoint('claim:after-work');
  const { type, raw } = candidate;
  const inserted = 'taken' in first ? await insertElsewhere(plane, candidate, row, slots, first.taken) : first;
  if ('dispatch' in inserted) {
    return { dispatch: inserted.dispatch, type, item: message, message, subject: raw.thread.subject, key };
  }
  await giveBack(plane, row);
  if ('error' in inserted) throw inserted.error;
  return { reason: inserted.taken.includes('slot') ? 'at-capacity' : 'taken' };
}

/** `taken`: which of the dispatch's unique fields another one holds. `error`: it may stand or not. */
type Inserted = { dispatch: DispatchDocument } | { taken: string[] } | { error: unknown };

async function tryInsert({ collections }: Plane, row: DispatchRow): Promise<Inserted> {
  try {
    const clock = await recentDatabaseClock(collections);
    return { dispatch: await insertDispatchAt(collections, row, clock.now()) };
  } catch (error) {
    const taken = duplicateFields(error);
    return taken.length === 0 ? { error } : { taken };
  }
}

/** The message is held already; only another slot is needed, where it was the slot that was lost. */
async function insertElsewhere(
  plane: Plane,
  { type }: RawStart,
  row: DispatchRow,
  slots: SlotPool,
  taken: string[],
): Promise<Inserted> {
  let lost: Inserted = { taken };
  for (let attempt = 1; attempt < SLOT_TRIES && 'taken' in lost && lost.taken.includes('slot'); attempt += 1) {
    slots.lost(type);
    const slot = await slots.take(type);
    if (slot === null) break;
    lost = await tryInsert(plane, { ...row, slot });
  }
  return lost;
}

async function takeUp(plane: Plane, { due, raw }: RawStart, row: DispatchRow): Promise<MessageDocument | null> {
  const message = await adoptAsClaimed(plane.collections, raw.adoption, workClaimOf(due, row));
  // Taken up now, by this claim or before it; or a driver changed it, and it is to be read again.
  plane.rawIntake.forget(hex(raw.adoption.id));
  return message;
}

/** Due as before; its epoch is spent, for whoever may have seen it. */
async function giveBack({ collections }: Plane, { _id, source, epoch }: DispatchRow): Promise<void> {
  const set = { status: WORK_WORDS.message.due, attempts: 0, dispatchId: null, availableAt: '$$NOW' };
  await updateHeldWork(collections, { kind: 'message', id: source.id, dispatchId: _id, epoch, set });
}
