import { deferred } from '../../../kernel/deferred';
import { hex } from '../../../store/ids';
import type { Candidate, StartCandidate } from './candidate';
import type { Due } from './find-due';

/** What a claim by rank is dealt. */
export interface Dealt {
  candidates: StartCandidate[];
  /** Due work was left for want of a slot. */
  isAtCapacity: boolean;
  /** To be called when the claim is over, however it ends, with what it took. */
  release(taken: ReadonlySet<Candidate>): void;
}

/** On its way to a claim, which tells what became of it. */
export interface Dealing {
  due: Due;
  candidate: StartCandidate;
  over(isTaken: boolean): void;
}

/** What one claim is given. */
export interface Hand {
  dealt: Dealt;
  wanted: number;
  /** It was released. */
  over: Promise<void>;
}

export const laneOf = ({ due }: StartCandidate): string => hex(due.item.lane);

export function handOver(dealings: Dealing[], wanted: number, isAtCapacity: boolean): Hand {
  const { promise: over, resolve } = deferred<void>();
  const release = (taken: ReadonlySet<Candidate>) => {
    for (const dealing of dealings) dealing.over(taken.has(dealing.candidate));
    resolve();
  };
  return { dealt: { candidates: dealings.map(({ candidate }) => candidate), isAtCapacity, release }, wanted, over };
}
