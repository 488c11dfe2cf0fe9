import { recentDatabaseClock } from '../../store/database-clock';
import type { ObjectId } from '../../store/documents';
import type { Plane } from '../context';
import type { Lent } from '../messages/adoption-queue';
import type { StartCandidate } from './candidate';
import { findDueHeads } from './due-heads';
import { isBehindRaw } from './lane-heads';
import type { RawHead, RawHeadsQuery } from './raw-heads';

/** Work that may start now. `lent`: nobody took it up yet, and it is kept for who asked. */
export interface Due {
  candidate: StartCandidate;
  lent?: Lent;
}

const rankOf = ({ candidate }: Due): number => candidate.due.item.rankAt.getTime();

/** What stands in the database beside what the stream has just shown, each the first of its lane, in rank order. */
export async function findDueBeside(
  plane: Plane,
  { tenantId, types, wanted, busyLanes }: RawHeadsQuery & { busyLanes: ObjectId[] },
  raws: RawHead[],
): Promise<Due[]> {
  const { collections: c } = plane;
  const [heads, clock] = await Promise.all([
    findDueHeads(c, { tenantId, types, wanted, busyLanes }),
    recentDatabaseClock(c),
  ]);
  const known = heads.flatMap((due): Due[] => {
    if (isBehindRaw(plane, due)) return [];
    return [{ candidate: { mode: 'start', due, type: types.get(due.item.assignedTo!)!, clock } }];
  });
  return [...known, ...raws].toSorted((a, b) => rankOf(a) - rankOf(b));
}
