import { atMost } from '../../kernel/at-most';
import { deferred } from '../../kernel/deferred';
import { GroupCommit } from '../../kernel/group-commit';
import { LruMap } from '../../kernel/lru-map';
import type { AgentTypeDocument } from '../../store/documents';
import { hex } from '../../store/ids';
import type { DueItem } from '../../store/work-items';
import type { Plane } from '../context';
import type { Candidate, StartCandidate } from './candidate';
import { findDueBeside, type Due } from './find-due';
import { lendRawHeads } from './raw-heads';
import { SlotBook } from './slot-book';

export interface DueRequest {
  tenantId: string;
  /** Open for new work, by slug. */
  types: Map<string, AgentTypeDocument>;
  max: number;
  /** How many of them are wanted after all, known once the look may be under way. Never rejects. */
  left: Promise<number>;
}

export interface Dealt {
  candidates: StartCandidate[];
  /** Due work was left for want of a slot. */
  isAtCapacity: boolean;
  /** To be called when the claim is over, however it ends, with what it took. */
  release(taken: ReadonlySet<Candidate>): void;
}

/** On its way to a claim, which tells what became of it. */
interface Dealing {
  due: Due;
  candidate: StartCandidate;
  over(isTaken: boolean): void;
}

/** What one claim is given. */
interface Hand {
  dealt: Dealt;
  wanted: number;
  /** It was released. */
  over: Promise<void>;
}

type Dealer = GroupCommit<DueRequest, Dealt>;

/** Callers of different tenants and types; an idle one costs a few hundred bytes. */
const MOST_KEYS = 500;
/** A claim whose writes take longer holds up no look: what is stuck may stay so. */
const REST_MS = 25;
/** Claims that share one look: 800 items at most, a few tens of milliseconds. */
const MOST_TOGETHER = 8;

/**
 * Deals due work to the claims of this process, so that no two go for the same. Claims that come while a look is under
 * way share the next one, so nobody gets work by a look that began before they asked; what was dealt and is not over
 * yet is passed over. Each item is dealt with its slot, in rank order: a scarce slot goes to the most urgent.
 */
class DueBoard {
  readonly #dealers = new LruMap<string, Dealer>(MOST_KEYS);
  readonly #underWay = new Map<string, DueItem['item']['lane']>();
  readonly #slots: SlotBook;

  constructor(private readonly plane: Plane) {
    this.#slots = new SlotBook(plane);
  }

  deal(request: DueRequest): Promise<Dealt> {
    const key = [request.tenantId, ...request.types.keys()].join(' ');
    const dealer = this.#dealers.get(key) ?? this.#newDealer();
    this.#dealers.set(key, dealer);
    return dealer.submit(request);
  }

  #newDealer(): Dealer {
    let hands: Hand[] = [];
    return new GroupCommit<DueRequest, Dealt>({
      run: async requests => {
        hands = [];
        hands = await this.#dealAll(requests);
        return hands.map(({ dealt }) => dealt);
      },
      rest: () => this.#rest(hands),
      abreast: 1,
      mostTogether: MOST_TOGETHER,
    });
  }

  /**
   * Where less was due than was wanted, the next look finds nothing as a rule: it is that of those who heard the same
   * event. They gather while the claims that got something write, and take nothing of the database's time from them.
   */
  #rest(hands: Hand[]): Promise<void> | null {
    // Want of a slot is no sign: the next look may find one.
    const isAllDealt = hands.some(({ dealt, wanted }) => dealt.candidates.length < wanted && !dealt.isAtCapacity);
    const writing = hands.filter(({ dealt }) => dealt.candidates.length > 0);
    if (!isAllDealt || writing.length === 0) return null;
    return atMost(REST_MS, Promise.all(writing.map(({ over }) => over)), this.plane.clock);
  }

  async #dealAll(requests: DueRequest[]): Promise<Hand[]> {
    const { tenantId, types } = requests[0]!;
    const query = { tenantId, types, wanted: sum(requests.map(({ max }) => max)) };
    const raws = await lendRawHeads(this.plane, query);
    const lent = new Set(raws.map(raw => raw.lent));
    try {
      const finding = findDueBeside(this.plane, { ...query, busyLanes: [...this.#underWay.values()] }, raws);
      const [found, ...left] = await Promise.all([finding, ...requests.map(request => request.left)]);
      const due = found.slice(0, sum(left));
      const { dealt, isAtCapacity } = this.#dealOut(due, await this.#slotsFor(due, types));
      for (const dealing of dealt) if (dealing.due.lent) lent.delete(dealing.due.lent);
      return left.map(wanted => handOver(dealt.splice(0, wanted), wanted, isAtCapacity));
    } finally {
      for (const undealt of lent) undealt.keep();
    }
  }

  #dealOut(due: Due[], slots: Map<string, string[]>): { dealt: Dealing[]; isAtCapacity: boolean } {
    const dealt: Dealing[] = [];
    let isAtCapacity = false;
    for (const one of due) {
      const { candidate } = one;
      // Another dealer may have dealt a lane while this one looked.
      if (this.#underWay.has(laneOf(candidate))) continue;
      const slot = slots.get(candidate.type.slug)?.shift();
      if (slot === undefined) isAtCapacity = true;
      else dealt.push(this.#deal(one, slot));
    }
    for (const rest of slots.values()) for (const name of rest) this.#slots.giveBack(name);
    return { dealt, isAtCapacity };
  }

  #deal(due: Due, slot: string): Dealing {
    const candidate = { ...due.candidate, slot };
    const lane = laneOf(candidate);
    this.#underWay.set(lane, candidate.due.item.lane);
    const over = (isTaken: boolean) => {
      this.#underWay.delete(lane);
      this.#slots.giveBack(slot);
      due.lent?.back(isTaken);
    };
    return { due, candidate, over };
  }

  async #slotsFor(due: Due[], types: DueRequest['types']): Promise<Map<string, string[]>> {
    const wanted = new Map<string, number>();
    for (const { candidate } of due) wanted.set(candidate.type.slug, (wanted.get(candidate.type.slug) ?? 0) + 1);
    const slugs = [...wanted.keys()];
    const taken = await Promise.allSettled(slugs.map(slug => this.#slots.take(types.get(slug)!, wanted.get(slug)!)));
    const failed = taken.find(result => result.status === 'rejected');
    const names = taken.map(result => (result.status === 'fulfilled' ? result.value : []));
    if (failed) {
      for (const name of names.flat()) this.#slots.giveBack(name);
      throw failed.reason;
    }
    return new Map(slugs.map((slug, at) => [slug, names[at]!]));
  }
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

const laneOf = ({ due }: StartCandidate): string => hex(due.item.lane);

function handOver(dealings: Dealing[], wanted: number, isAtCapacity: boolean): Hand {
  const { promise: over, resolve } = deferred<void>();
  const release = (taken: ReadonlySet<Candidate>) => {
    for (const dealing of dealings) dealing.over(taken.has(dealing.candidate));
    resolve();
  };
  return { dealt: { candidates: dealings.map(({ candidate }) => candidate), isAtCapacity, release }, wanted, over };
}

const boards = new WeakMap<Plane, DueBoard>();

export function dealDue(plane: Plane, request: DueRequest): Promise<Dealt> {
  const board = boards.get(plane) ?? new DueBoard(plane);
  boards.set(plane, board);
  return board.deal(request);
}
