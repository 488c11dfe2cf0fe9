import { recentDatabaseClock } from '../../../store/database-clock';
import type { ObjectId } from '../../../store/documents';
import { hex } from '../../../store/ids';
import type { Plane } from '../../context';
import type { Lent } from '../../messages/adoption/claim-holds';
import type { StartCandidate } from './candidate';
import { findDueHeads } from './due-heads';
import { isBehindRaw, type Head } from './lane-heads';
import { takeUpOpeners } from './take-up-openers';
import type { RawHead, RawHeadsQuery } from './raw-heads';

/** Work that may start now. `lent`: nobody took it up yet, and it is kept for who asked. */
export interface Due {
  candidate: StartCandidate;
  /** Its thread's. */
  rankAt: Date;
  lent?: Lent;
}

/** What stands in the database beside what the stream has just shown, each the first of its lane, in rank order. */
export async function findDueBeside(
  plane: Plane,
  query: RawHeadsQuery & { busyLanes: ObjectId[] },
  raws: RawHead[],
): Promise<Due[]> {
  const [heads, clock] = await Promise.all([
    findStandingHeads(plane, query, raws),
    recentDatabaseClock(plane.collections),
  ]);
  const known = heads.map(({ rankAt, ...due }): Due => {
    return { candidate: { mode: 'start', due, type: query.types.get(due.item.assignedTo!)!, clock }, rankAt };
  });
  return [...known, ...raws].toSorted((a, b) => a.rankAt.getTime() - b.rankAt.getTime());
}

/** More stuck lanes than come up in so many looks, and what stands behind them waits for the next. */
const MOST_LOOKS = 5;

/**
 * The database does not tell that a message stands in a lane before it is taken up: what was said in its thread since
 * looks first. Where that may be, those messages are taken up, and all is read again; past the lanes of what is stuck.
 */
async function findStandingHeads(
  plane: Plane,
  query: RawHeadsQuery & { busyLanes: ObjectId[] },
  raws: RawHead[],
): Promise<Head[]> {
  const { collections: c, adoption } = plane;
  const { turns } = adoption;
  const heads = await findDueHeads(c, query);
  const later = heads.filter(({ item }) => !item._id.equals(item.lane));
  if (later.length === 0) return heads;
  const lent = new Set(raws.map(({ candidate }) => hex(candidate.due.item._id)));
  const openers = later.filter(due => isBehindRaw(plane, due) && !lent.has(hex(due.item.lane)));
  await takeUpOpeners(plane, openers);
  const isSure = openers.length === 0 && adoption.turns === turns;
  let found = isSure ? heads : await findDueHeads(c, query);
  const stuck: ObjectId[] = [];
  for (let looks = 1; looks < MOST_LOOKS; looks += 1) {
    const behind = found.filter(due => isBehindRaw(plane, due) && !lent.has(hex(due.item.lane)));
    if (behind.length === 0) break;
    stuck.push(...behind.map(({ item }) => item.lane));
    found = await findDueHeads(c, { ...query, busyLanes: [...query.busyLanes, ...stuck] });
  }
  return found.filter(due => !lent.has(hex(due.item.lane)) && !isBehindRaw(plane, due));
}
