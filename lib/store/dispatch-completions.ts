import type { Filter, ObjectId, UpdateFilter } from 'mongodb';
import type { Usage } from '../domain/fields';
import type { Collections } from './collections';
import { ending, KEY_READS_MS, WORKERS_ONLY } from './dispatches';
import type { DispatchDocument } from './documents';
import { failedPlaces } from './errors';
import { updateEach, type FencedUpdate } from './update-each';

/** How many dispatches are done at once: each fenced by itself, all of them in one write. */

export interface Completion {
  id: ObjectId;
  epoch: number;
  output: string;
  usage?: Usage | undefined;
}

/** Everything of a dispatch but what may be large. */
const WITHOUT_OUTPUT = { output: 0, keyHash: 0 };
export type SlimDispatch = Omit<DispatchDocument, 'output' | 'keyHash'>;

/** As they stand now, those of these ids that are there. */
export const findSlim = (c: Collections, tenantId: string, ids: ObjectId[]): Promise<SlimDispatch[]> =>
  c.dispatches.find({ _id: { $in: ids }, tenantId }, { projection: WITHOUT_OUTPUT }).toArray();

interface End {
  completion: Completion;
  row: SlimDispatch;
}

/** Still as it was read, in all that what it comes to rests on: so nothing has to be read again. */
const fenceAt = ({ completion: { id, epoch }, row }: End, now: Date) =>
  ({
    _id: id,
    tenantId: row.tenantId,
    epoch,
    status: 'running',
    leaseUntil: { $gt: now },
    updatedAt: row.updatedAt,
    firstHeartbeatAt: row.firstHeartbeatAt ?? null,
    replied: row.replied ?? null,
    ...WORKERS_ONLY,
  }) as unknown as Filter<DispatchDocument>;

const done = ({ now, endedIn }: EndsAt) => ({
  status: 'done' as const,
  endedIn,
  endedAt: now,
  updatedAt: now,
  leaseUntil: null,
  keyReadsUntil: new Date(now.getTime() + KEY_READS_MS),
  settled: false,
});

/** In the classic form of an update, which costs the server half of `ending`. */
const plainly = (output: string, at: EndsAt): UpdateFilter<DispatchDocument> => ({
  $set: { ...done(at), output },
  $unset: { open: true, lane: true, slot: true },
});

interface EndsAt {
  /** This call's own: which of them it ended. */
  endedIn: ObjectId;
  now: Date;
}

interface Ended {
  rows: SlimDispatch[];
  /** A moment ago. Else it may have been longer ago, and whoever sweeps may be settling them. */
  isJustNow: boolean;
}

/**
 * Ends those that run and are as `rows` say they are. Answers all of them as they stand then, whoever ended them,
 * without their outputs; in one round trip where all matched. One that is being stopped, or a planner's, is not ended
 * here, nor one that changed meanwhile, nor one that the server will not write, as for its length.
 */
export async function endDispatches(
  c: Collections,
  tenantId: string,
  completions: Completion[],
  rows: SlimDispatch[],
  at: EndsAt,
): Promise<Ended> {
  const byId = new Map(rows.map(row => [row._id.toHexString(), row]));
  const ends = completions.flatMap((completion): End[] => {
    const row = byId.get(completion.id.toHexString());
    return row ? [{ completion, row }] : [];
  });
  const matched = await write(c, ends, at);
  // What a turn used is added up in the server.
  const isKnown = matched === ends.length && completions.every(({ usage }) => usage === undefined);
  const standing = isKnown
    ? ends.map(({ row: { open: _open, lane: _lane, slot: _slot, ...row } }) => ({ ...row, ...done(at) }))
    : await findSlim(
        c,
        tenantId,
        ends.map(({ row }) => row._id),
      );
  return { rows: standing, isJustNow: matched !== null };
}

/** How many matched; null where only the documents tell. */
async function write(c: Collections, ends: End[], at: EndsAt): Promise<number | null> {
  const updates = ends.map((end): FencedUpdate<DispatchDocument> => {
    const { output, usage, epoch } = end.completion;
    const update = usage
      ? ending(epoch, { status: 'done', output, usage, set: { endedIn: at.endedIn } })
      : plainly(output, at);
    return { filter: fenceAt(end, at.now), update };
  });
  try {
    return await updateEach(c.dispatches, updates);
  } catch (error) {
    if (failedPlaces(error) === null) throw error;
    return null;
  }
}

/** Of dispatches that are done: that is final, so they need no epoch. Lost with a primary, the sweep settles again. */
export async function markAllSettled(c: Collections, ids: ObjectId[]): Promise<void> {
  const filter = { _id: { $in: ids }, status: 'done' as const };
  await c.dispatches.updateMany(filter, { $set: { settled: true } }, { writeConcern: { w: 1 } });
}
