import { DEFAULT_TENANT } from '../../../domain/fields';
import type { AgentTypeDocument } from '../../../store/documents';
import { atMost } from '../../../kernel/at-most';
import { hex } from '../../../store/ids';
import type { RawMessage } from '../../../store/raw-document';
import { hasBudget } from '../../budgets/spent';
import type { Plane } from '../../context';
import type { Lent } from '../../messages/adoption/claim-holds';
import type { StartCandidate } from './candidate';
import { rawCandidate } from './raw-candidate';

/** So many are looked at one by one; of more all are taken up together, which costs less an item, and then stand in the database. */
const MOST_WAITING = 100;

/** A driver's transaction that wrote one of them holds it up until it ends. */
const FLUSHED_WITHIN_MS = 250;

export interface RawHead {
  candidate: StartCandidate;
  rankAt: Date;
  lent: Lent;
}

export interface RawHeadsQuery {
  tenantId: string;
  /** Open for new work, by slug. */
  types: ReadonlyMap<string, AgentTypeDocument>;
  wanted: number;
  /** Something that was lent is dealt already: then nothing is waited for, least of all that. */
  isUnderWay?: boolean;
}

/**
 * Raw messages that the stream has shown and that nobody took up yet, for claims by rank to take up themselves: adopted
 * first they cost twice the writes and three round trips more. Each opens its own thread, so it is the first of its lane.
 * Where one of those for these types cannot be claimed so, all that waits is taken up first; what is stuck in that is left
 * to the sweep, and holds up nothing but itself. In rank order; all are to be given back.
 */
export async function lendRawHeads(plane: Plane, query: RawHeadsQuery): Promise<RawHead[]> {
  const { adoption, clock, log } = plane;
  const waiting = adoption.waiting();
  let found = waiting.length <= MOST_WAITING ? await candidatesOf(plane, query, waiting) : null;
  if (!query.isUnderWay && (found === null || found.others > 0)) {
    const flushing = adoption.flush().catch(err => log.warn({ err }, 'a claim by rank goes on without what waits'));
    await atMost(FLUSHED_WITHIN_MS, flushing, clock);
    found = null;
  }
  found ??= await candidatesOf(plane, query, adoption.waiting().slice(0, MOST_WAITING));
  // One that another claim holds by now is that one's.
  return found.candidates.slice(0, query.wanted).flatMap(candidate => {
    const lent = adoption.lend(hex(candidate.due.item._id));
    return lent ? [{ candidate, rankAt: candidate.due.item.rankAt, lent }] : [];
  });
}

const rankOf = ({ due }: StartCandidate): number => due.item.rankAt.getTime();

interface RawCandidates {
  /** In rank order. */
  candidates: StartCandidate[];
  /** May be for these types too, and not to be claimed as they are. */
  others: number;
}

async function candidatesOf(plane: Plane, query: RawHeadsQuery, waiting: string[]): Promise<RawCandidates> {
  const { tenantId, types } = query;
  const raws = await Promise.all(waiting.map(id => plane.rawIntake.get(id)));
  const candidates: StartCandidate[] = [];
  let others = 0;
  for (const raw of raws) {
    const type = types.get(raw?.assignedTo ?? '');
    if (raw && ((raw.tenantId ?? DEFAULT_TENANT) !== tenantId || !type)) continue;
    // A budget is read from the database, and for each by itself.
    const isPlain = raw && type && isAlone(raw) && !hasBudget(type);
    const candidate = isPlain ? await rawCandidate(plane, tenantId, raw, true) : null;
    if (candidate) candidates.push(candidate);
    else others += 1;
  }
  return { candidates: candidates.toSorted((a, b) => rankOf(a) - rankOf(b)), others };
}

/** In a thread of others places are given in order. */
const isAlone = ({ threadId }: RawMessage): boolean => threadId === undefined || threadId === null;
