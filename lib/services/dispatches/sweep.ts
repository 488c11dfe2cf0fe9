import { findDispatchesById } from '../../store/dispatch-claims';
import { readDatabaseClock } from '../../store/database-clock';
import { findLapsed, findUnsettled, lapseDispatch, type SweptQuery } from '../../store/dispatches';
import type { DispatchDocument, ObjectId } from '../../store/documents';
import { hex } from '../../store/ids';
import { findOrphans, updateHeldWork, WORK_WORDS, type Orphan, type WorkKind } from '../../store/work-items';
import { crashPoint } from '../../telemetry/crash-point';
import type { Plane } from '../context';
import { tryOrWarn } from '../warn-once';
import { settleDispatch } from './settle/settle';
import { settleTogether } from './settle/settle-together';

/** Looked at together … */
const BATCH = 200;
/** … and a full batch is followed by the next at once, up to so many a pass: a killed orchestrator had thousands. */
const MOST_BATCHES = 25;
/**
 * At once: each takes three writes that wait for a majority, and all leases of a killed orchestrator run out together.
 * One after the other, eight took over 3 s on a busy machine, in which their slots stood empty.
 */
const ABREAST = 20;
/** An outcome younger than this is most likely being settled by whoever wrote it. */
const UNSETTLED_AFTER_MS = 2_000;

/**
 * What no wake-up reached: leases that ran out, and outcomes whose effects a crash cut off. Any number of processes
 * may run it; every step is fenced.
 */
export async function sweepDispatches(
  plane: Plane,
  signal?: AbortSignal,
): Promise<{ lapsed: number; settled: number }> {
  const c = plane.collections;
  const lapsed = await inBatches({
    find: query => findLapsed(c, query),
    handle: rows => lapseAll(plane, rows),
    signal,
  });
  const settled = await inBatches({
    find: query => findUnsettled(c, UNSETTLED_AFTER_MS, query),
    handle: rows => settleAll(plane, rows),
    signal,
  });
  return { lapsed, settled };
}

interface Batches<T> {
  find(query: SweptQuery): Promise<T[]>;
  /** How many it saw to. */
  handle(rows: T[]): Promise<number>;
  signal: AbortSignal | undefined;
}

/** None twice: a write that no majority has yet is not read, and what another process sees to is its own. */
async function inBatches<T extends { _id: ObjectId }>({ find, handle, signal }: Batches<T>): Promise<number> {
  const except: ObjectId[] = [];
  let handled = 0;
  for (let batches = 0; batches < MOST_BATCHES; batches += 1) {
    if (signal?.aborted) break;
    const rows = await find({ limit: BATCH, except });
    if (rows.length > 0) handled += await handle(rows);
    if (rows.length < BATCH) break;
    except.push(...rows.map(({ _id }) => _id));
  }
  return handled;
}

/** Together where that goes; one that cannot be settled holds up no other, and the next pass tries it again. */
async function settleAll(plane: Plane, rows: DispatchDocument[]): Promise<number> {
  try {
    await settleTogether(plane, rows, await readDatabaseClock(plane.collections));
  } catch (error) {
    plane.log.debug({ err: error }, 'outcomes are settled one by one');
    await each(rows, row => trySettling(plane, row));
  }
  return rows.length;
}

/** False: it could not be, and the sweep comes back to it. */
export async function trySettling(plane: Plane, dispatch: DispatchDocument): Promise<boolean> {
  const { _id, epoch, status } = dispatch;
  const subject = { dispatchId: hex(_id), epoch, status };
  const settled = await tryOrWarn(plane, subject, 'an outcome was not settled yet', async () => {
    await settleDispatch(plane, dispatch);
    return true;
  });
  return settled ?? false;
}

/** Null: it did not lapse, or could not be ended, and the next pass comes back to it. */
export async function tryLapsing(
  plane: Plane,
  { _id, epoch }: Pick<DispatchDocument, '_id' | 'epoch'>,
): Promise<DispatchDocument | null> {
  const subject = { dispatchId: hex(_id), epoch };
  const lapsed = await tryOrWarn(plane, subject, 'a lapsed lease was not ended yet', () =>
    lapseDispatch(plane.collections, _id, epoch),
  );
  return lapsed ?? null;
}

async function lapseAll(plane: Plane, rows: readonly Pick<DispatchDocument, '_id' | 'epoch'>[]): Promise<number> {
  let ended = 0;
  await each(rows, async lapsed => {
    const row = await tryLapsing(plane, lapsed);
    if (!row) return;
    ended += 1;
    crashPoint('lapse:after-outcome');
    plane.log.warn({ dispatchId: hex(row._id), agentType: row.agentType, status: row.status }, 'lease lapsed');
    await trySettling(plane, row);
  });
  return ended;
}

async function each<T>(rows: readonly T[], handle: (row: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += ABREAST) await Promise.all(rows.slice(at, at + ABREAST).map(handle));
}

/** Far longer than the two writes of a claim are apart, also across an election. */
const ORPHANED_AFTER_MS = 60_000;

/** Frees work that is claimed and that nobody has: its dispatch was lost with a primary, or is over. */
export async function sweepOrphans(plane: Plane): Promise<number> {
  let freed = 0;
  for (const tenantId of plane.tenants.all()) {
    for (const kind of ['message', 'task'] as const) {
      const orphans = await findOrphans(plane.collections, kind, tenantId, ORPHANED_AFTER_MS, BATCH);
      if (orphans.length > 0) await freeOrphans(plane, kind, orphans);
      freed += orphans.length;
    }
    if (freed > 0) plane.doorbell.ring(tenantId);
  }
  return freed;
}

/** For a person who steers it and need not wait for the sweep. False: somebody has it, or may be about to. */
export async function freeOrphan(
  plane: Plane,
  tenantId: string,
  { kind, id }: DispatchDocument['source'],
): Promise<boolean> {
  const orphans = await findOrphans(plane.collections, kind, tenantId, ORPHANED_AFTER_MS, 1, id);
  if (orphans.length > 0) await freeOrphans(plane, kind, orphans);
  return orphans.length > 0;
}

/**
 * What its dispatch came to is written out again, with the work there this time; what nothing came of is due. One whose
 * outcome cannot be written out stays as it is and holds up no other.
 */
async function freeOrphans(plane: Plane, kind: WorkKind, orphans: Orphan[]): Promise<void> {
  const c = plane.collections;
  const dispatches = await findDispatchesById(
    c,
    orphans.map(({ dispatchId }) => dispatchId),
  );
  const stuck = new Set<string>();
  await each(dispatches, async dispatch => {
    if (!(await trySettling(plane, dispatch))) stuck.add(hex(dispatch._id));
  });
  const set = { status: WORK_WORDS[kind].due, reason: null, availableAt: '$$NOW' };
  const free = orphans.filter(({ dispatchId }) => !stuck.has(hex(dispatchId)));
  await each(free, ({ _id, dispatchId, epoch }) =>
    tryOrWarn(plane, { kind, id: hex(_id) }, 'work that nobody has was not freed yet', () =>
      updateHeldWork(c, { kind, id: _id, dispatchId, epoch, set }),
    ),
  );
}
