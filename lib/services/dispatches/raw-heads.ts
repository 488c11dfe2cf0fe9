import { DEFAULT_TENANT } from '../../domain/fields';
import type { AgentTypeDocument } from '../../store/documents';
import { hex } from '../../store/ids';
import type { RawMessage } from '../../store/raw-document';
import type { Plane } from '../context';
import type { Lent } from '../messages/adoption-queue';
import type { StartCandidate } from './candidate';
import { rawCandidate } from './raw-candidate';

/** So many are looked at one by one; more are taken up together, which costs less an item, and then stand in the database. */
const MOST_WAITING = 100;

export interface RawHead {
  candidate: StartCandidate;
  lent: Lent;
}

export interface RawHeadsQuery {
  tenantId: string;
  /** Open for new work, by slug. */
  types: ReadonlyMap<string, AgentTypeDocument>;
  wanted: number;
}

/**
 * Raw messages that the stream has shown and that nobody took up yet, for claims by rank to take up themselves: adopted
 * first they cost twice the writes and three round trips more. Each opens its own thread, so it is the first of its lane.
 * What else waits is taken up when this resolves, as far as it may be due for these types. In rank order; all are to be
 * given back.
 */
export async function lendRawHeads(plane: Plane, query: RawHeadsQuery): Promise<RawHead[]> {
  const { adoption } = plane;
  const waiting = adoption.waiting();
  if (waiting.length === 0) return [];
  const raws = waiting.length <= MOST_WAITING ? await readOwn(plane, query, waiting) : null;
  if (raws === null) {
    await adoption.flush();
    return [];
  }
  const planned = await Promise.all(raws.map(raw => rawCandidate(plane, query.tenantId, raw, true)));
  const byRank = planned.filter(candidate => candidate !== null).toSorted((a, b) => rankOf(a) - rankOf(b));
  return byRank.slice(0, query.wanted).flatMap(candidate => {
    const lent = adoption.lend(hex(candidate.due.item._id));
    return lent ? [{ candidate, lent }] : [];
  });
}

const rankOf = ({ due }: StartCandidate): number => due.item.rankAt.getTime();

/** Those for these types. Null: one of them stands in a thread of others, where places are given in order. */
async function readOwn(
  plane: Plane,
  { tenantId, types }: RawHeadsQuery,
  waiting: string[],
): Promise<RawMessage[] | null> {
  const raws = await Promise.all(waiting.map(id => plane.rawIntake.get(id)));
  const own: RawMessage[] = [];
  for (const raw of raws) {
    if (raw === null) return null;
    const isWanted = (raw.tenantId ?? DEFAULT_TENANT) === tenantId && types.has(raw.assignedTo ?? '');
    if (!isWanted) continue;
    if (raw.threadId !== undefined && raw.threadId !== null) return null;
    own.push(raw);
  }
  return own;
}
