import { findResumable } from '../../../store/dispatch-resumes';
import type { AgentTypeDocument, DispatchDocument, ObjectId } from '../../../store/documents';
import { hex } from '../../../store/ids';
import { findTakenLanes } from '../../../store/lanes';
import { countTakenSlots } from '../../../store/slots';
import { legible } from '../../../store/to-record/legible';
import type { Plane } from '../../context';
import type { ResumeCandidate } from './candidate';
import { isAnyAnswered } from './is-any-answered';

export interface ResumesWanted {
  tenantId: string;
  /** Open for work, by slug. */
  types: Map<string, AgentTypeDocument>;
  consumer: string;
  max: number;
}

export interface Resumes {
  picked: ResumeCandidate[];
  /** One was left for want of a slot. */
  isAtCapacity: boolean;
}

/** Answered and not yet taken up, oldest first: so many at a look. */
const LOOKED_AT = 100;
/**
 * A look that found too few with room is followed by one past them, without the types that have none: a type at its
 * limit holds up no other, however many wait for it. What is left is lanes: behind 500 that run, those wait for one.
 */
const MOST_LOOKS = 5;

/** Where its turn is taken: in its thread, or alone. */
export const laneOf = ({ threadId, source }: Pick<DispatchDocument, 'threadId' | 'source'>) => threadId ?? source.id;

/**
 * Waiting dispatches whose answer is there and that have room: a slot of their type and their lane. One that has none
 * is left out, for it would take the place of work that can be done. Candidates, not facts: the indexes decide.
 */
export async function findResumes(plane: Plane, wanted: ResumesWanted): Promise<Resumes> {
  const found: Found = { picked: [], isAtCapacity: false, room: new Map(), lanes: new Set() };
  if (!(await isAnyAnswered(plane, wanted.tenantId))) return found;
  const seen: ObjectId[] = [];
  for (let looks = 0; looks < MOST_LOOKS && found.picked.length < wanted.max; looks += 1) {
    const { tenantId, types, consumer } = wanted;
    const agentTypes = [...types.keys()].filter(slug => (found.room.get(slug) ?? 1) > 0);
    const query = { tenantId, agentTypes, consumer, limit: LOOKED_AT, except: seen };
    const answered = await findResumable(plane.collections, query);
    await pick(plane, wanted, answered, found);
    if (answered.length < LOOKED_AT) break;
    seen.push(...answered.map(({ _id }) => _id));
  }
  return found;
}

interface Found extends Resumes {
  /** Slots left, by slug; only of types that came up. */
  room: Map<string, number>;
  /** Taken, also by what is picked here. */
  lanes: Set<string>;
}

async function pick(plane: Plane, { types, max }: ResumesWanted, answered: DispatchDocument[], found: Found) {
  if (answered.length === 0) return;
  const { room, lanes, picked } = found;
  const placed = legible(answered, dispatch => ({ dispatch, lane: hex(laneOf(dispatch)) }));
  const [taken] = await Promise.all([
    findTakenLanes(
      plane.collections,
      placed.map(({ dispatch }) => laneOf(dispatch)),
    ),
    readRoom(plane, answered, types, room),
  ]);
  for (const lane of taken) lanes.add(lane);
  for (const { dispatch, lane } of placed) {
    const slug = dispatch.agentType;
    const left = room.get(slug) ?? 0;
    if (picked.length === max) break;
    if (left <= 0) found.isAtCapacity = true;
    if (left <= 0 || lanes.has(lane)) continue;
    lanes.add(lane);
    room.set(slug, left - 1);
    picked.push({ mode: 'resume', dispatch, type: types.get(slug)! });
  }
}

/** Of the types that came up for the first time. */
async function readRoom(
  plane: Plane,
  answered: DispatchDocument[],
  types: ResumesWanted['types'],
  room: Map<string, number>,
): Promise<void> {
  const slugs = new Set(answered.map(({ agentType }) => agentType).filter(slug => !room.has(slug)));
  const counting = [...slugs].map(async slug => {
    const { tenantId, concurrency } = types.get(slug)!;
    room.set(slug, concurrency - (await countTakenSlots(plane.collections, tenantId, slug)));
  });
  await Promise.all(counting);
}
