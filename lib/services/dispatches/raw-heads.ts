import { DEFAULT_TENANT } from '../../domain/fields';
import type { AgentTypeDocument } from '../../store/documents';
import { atMost } from '../../kernel/at-most';
import { hex } from '../../store/ids';
import type { RawMessage } from '../../store/raw-document';
import { hasBudget } from '../budgets/spent';
import type { Plane } from '../context';
import type { Lent } from '../messages/adoption-queue';
import type { StartCandidate } from './candidate';
import { rawCandidate } from './raw-candidate';

/** So many are looked at one by one; more are taken up together, which costs less an item, and then stand in the database. */
const MOST_WAITING = 100;

/** A driver's transaction that wrote one of them holds it up until it ends. */
const FLUSHED_WITHIN_MS = 250;

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
 * Where one of those for these types cannot be claimed so, all that waits is taken up first. In rank order; all are to be
 * given back.
 */
export async function lendRawHeads(plane: Plane, query: RawHeadsQuery): Promise<RawHead[]> {
  const { adoption, clock, log } = plane;
  const waiting = adoption.waiting();
  if (waiting.length === 0) return [];
  const candidates = waiting.length <= MOST_WAITING ? await candidatesOf(plane, query, waiting) : null;
  if (candidates === null) {
    // What is stuck, and what no write can carry, is for the sweep: other work that is due starts all the same.
    const flushing = adoption.flush().catch(err => log.warn({ err }, 'a claim by rank goes on without what waits'));
    await atMost(FLUSHED_WITHIN_MS, flushing, clock);
    return [];
  }
  // One that another claim holds by now is that one's.
  return candidates.slice(0, query.wanted).flatMap(candidate => {
    const lent = adoption.lend(hex(candidate.due.item._id));
    return lent ? [{ candidate, lent }] : [];
  });
}

const rankOf = ({ due }: StartCandidate): number => due.item.rankAt.getTime();

/** Of those for these types, in rank order. Null: one of them is not to be claimed as it is. */
async function candidatesOf(plane: Plane, query: RawHeadsQuery, waiting: string[]): Promise<StartCandidate[] | null> {
  const { tenantId, types } = query;
  const raws = await Promise.all(waiting.map(id => plane.rawIntake.get(id)));
  const candidates: StartCandidate[] = [];
  for (const raw of raws) {
    if (raw === null) return null;
    const type = types.get(raw.assignedTo ?? '');
    if ((raw.tenantId ?? DEFAULT_TENANT) !== tenantId || !type) continue;
    // A budget is read from the database, and for each by itself.
    const candidate = isAlone(raw) && !hasBudget(type) ? await rawCandidate(plane, tenantId, raw, true) : null;
    if (candidate === null) return null;
    candidates.push(candidate);
  }
  return candidates.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** In a thread of others places are given in order. */
const isAlone = ({ threadId }: RawMessage): boolean => threadId === undefined || threadId === null;
