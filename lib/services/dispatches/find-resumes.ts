import { findResumable } from '../../store/dispatch-claims';
import type { AgentTypeDocument, DispatchDocument } from '../../store/documents';
import { hex } from '../../store/ids';
import { findTakenLanes } from '../../store/lanes';
import { countTakenSlots } from '../../store/slots';
import type { Plane } from '../context';
import type { ResumeCandidate } from './candidate';

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

/** Answered and not yet taken up, oldest first. With so many that have no room, those behind wait for one of them. */
const LOOKED_AT = 100;

/** Where its turn is taken: in its thread, or alone. */
export const laneOf = ({ threadId, source }: Pick<DispatchDocument, 'threadId' | 'source'>) => threadId ?? source.id;

/**
 * Waiting dispatches whose answer is there and that have room: a slot of their type and their lane. One that has none
 * is left out, for it would take the place of work that can be done. Candidates, not facts: the indexes decide.
 */
export async function findResumes(plane: Plane, wanted: ResumesWanted): Promise<Resumes> {
  const { tenantId, types, consumer, max } = wanted;
  const c = plane.collections;
  const answered = await findResumable(c, tenantId, [...types.keys()], consumer, LOOKED_AT);
  if (answered.length === 0) return { picked: [], isAtCapacity: false };
  const [taken, room] = await Promise.all([findTakenLanes(c, answered.map(laneOf)), roomOf(plane, answered, types)]);
  const picked: ResumeCandidate[] = [];
  let isAtCapacity = false;
  for (const dispatch of answered) {
    const slug = dispatch.agentType;
    const lane = hex(laneOf(dispatch));
    const left = room.get(slug) ?? 0;
    if (picked.length === max) break;
    if (left <= 0) isAtCapacity = true;
    if (left <= 0 || taken.has(lane)) continue;
    taken.add(lane);
    room.set(slug, left - 1);
    picked.push({ mode: 'resume', dispatch, type: types.get(slug)! });
  }
  return { picked, isAtCapacity };
}

async function roomOf(
  plane: Plane,
  answered: DispatchDocument[],
  types: ResumesWanted['types'],
): Promise<Map<string, number>> {
  const slugs = [...new Set(answered.map(({ agentType }) => agentType))];
  const counted = slugs.map(async slug => {
    const { tenantId, concurrency } = types.get(slug)!;
    return [slug, concurrency - (await countTakenSlots(plane.collections, tenantId, slug))] as const;
  });
  return new Map(await Promise.all(counted));
}
