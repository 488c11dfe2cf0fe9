import { GroupCommit } from '../../../kernel/group-commit';
import { hasBudget } from '../../budgets/spent';
import type { Plane } from '../../context';
import { isRawStart } from '../due/candidate';
import type { RawClaim } from './raw-attempt';
import { startCandidate } from './start-candidate';
import { startRaw } from './start-raw';
import { startTogether, type Start } from './start-together';
import type { StartOutcome } from '../due/started';

/** More than these go in the next write; the wait of the last stays bounded. */
const MOST_TOGETHER = 50;

/**
 * Writes under way at once. One alone is answered soonest, a batch costs least: with 2 the batches of two and three that
 * a steady 200 a second makes were slower than singles (p50 2.1-2.9 x the bare claim, with 5 1.9 x).
 */
const ABREAST = 5;
/**
 * Of raw messages, whose batches are one round trip like singles and cost the database half as much an item: 200 a
 * second, on a machine that cannot quite carry them, came after 70 ms with 1, 75 with 2 and 209 with 3 (by turns).
 */
const RAW_ABREAST = 2;
/** A driver's transaction that wrote a message holds up whoever claims it until it ends: that is not to be all others. */
const RAW_PATIENCE_MS = 250;
/** Each holds two of the forty connections that all have together. */
const MOST_STUCK = 5;

interface Queues {
  known: GroupCommit<Start, StartOutcome>;
  raw: GroupCommit<RawClaim, StartOutcome>;
}

const queues = new WeakMap<Plane, Queues>();

function queuesOf(plane: Plane): Queues {
  const made = queues.get(plane) ?? {
    known: new GroupCommit({ run: starts => startAll(plane, starts), abreast: ABREAST, mostTogether: MOST_TOGETHER }),
    raw: new GroupCommit({
      run: starts => startRaw(plane, starts),
      abreast: RAW_ABREAST,
      patienceMs: RAW_PATIENCE_MS,
      mostAbreast: RAW_ABREAST + MOST_STUCK,
      mostTogether: MOST_TOGETHER,
    }),
  };
  queues.set(plane, made);
  return made;
}

/** Starts of one process that come together are written together. */
export function startQueued({ ctx, claim, candidate, slots }: Start): Promise<StartOutcome> {
  const { known, raw } = queuesOf(ctx.plane);
  // A budget is looked at between the two writes.
  if (isRawStart(candidate) && !hasBudget(candidate.type)) return raw.submit({ ctx, claim, candidate, slots });
  return known.submit({ ctx, claim, candidate, slots });
}

async function startAll(plane: Plane, starts: Start[]): Promise<StartOutcome[]> {
  const [first] = starts;
  if (!first || starts.length > 1) return startTogether(plane, starts);
  return [await startCandidate(first.ctx, first.claim, first.candidate, first.slots)];
}
