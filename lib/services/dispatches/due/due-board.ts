import { atMost } from '../../../kernel/at-most';
import { GroupCommit } from '../../../kernel/group-commit';
import { LruMap } from '../../../kernel/lru-map';
import type { AgentTypeDocument } from '../../../store/documents';
import type { DueItem } from '../../../store/work-items';
import type { Plane } from '../../context';
import type { Lent } from '../../messages/adoption/claim-holds';
import { findDueBeside, type Due } from './find-due';
import { lendRawHeads } from './raw-heads';
import { handOver, laneOf, type Dealing, type Dealt, type Hand } from './hand';
import { slotBookOf, type SlotBook } from './slot-book';

export interface DueRequest {
  tenantId: string;
  /** Open for new work, by slug. */
  types: Map<string, AgentTypeDocument>;
  max: number;
  /** How many of them are wanted after all, known once the look may be under way. Never rejects. */
  left: Promise<number>;
}

/** What one look after the other brought. */
interface Round {
  dealt: Dealing[];
  /** Not dealt yet. */
  lent: Set<Lent>;
  /** Types that had no slot for some of it. */
  full: Set<string>;
}

type Dealer = GroupCommit<DueRequest, Dealt>;

/** Callers of different tenants and types; an idle one costs a few hundred bytes. */
const MOST_KEYS = 500;
/** A claim whose writes take longer holds up no look: what is stuck may stay so. */
const REST_MS = 25;
/** More types than these at their limit, each with work waiting, and what stands behind the last of them waits too. */
const MOST_LOOKS = 20;
/** Heads asked for past types that are full: no more rows than a look reads anyway, and each shows which others are. */
const PAST_FULL = 50;
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
    this.#slots = slotBookOf(plane);
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

  /**
   * Work without a free slot of its type holds up no other: what stands behind it is looked for without that type. So is
   * what stands behind that which another dealer went for meanwhile.
   */
  async #dealAll(requests: DueRequest[]): Promise<Hand[]> {
    const round: Round = { dealt: [], lent: new Set(), full: new Set() };
    try {
      const most = sum(requests.map(({ max }) => max));
      let left: number[] = [];
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const due = await this.#find(requests[0]!, looks === 0 ? most : Math.max(most, PAST_FULL), round);
        left = await Promise.all(requests.map(request => request.left));
        const isLeft = await this.#dealOut(due, sum(left), round);
        // Before the next look, which waits for nothing that is held here.
        giveBack(round.lent);
        if (!isLeft) break;
      }
      return left.map(wanted => handOver(round.dealt.splice(0, wanted), wanted, round.full.size > 0));
    } catch (error) {
      for (const dealing of round.dealt) dealing.over(false);
      throw error;
    } finally {
      giveBack(round.lent);
    }
  }

  async #find({ tenantId, types: all }: DueRequest, wanted: number, { dealt, full, lent }: Round): Promise<Due[]> {
    const types = new Map([...all].filter(([slug]) => !full.has(slug)));
    if (types.size === 0) return [];
    const isUnderWay = dealt.some(({ due }) => due.lent !== undefined);
    const query = { tenantId, types, wanted, isUnderWay };
    const raws = await lendRawHeads(this.plane, query);
    for (const raw of raws) lent.add(raw.lent);
    return findDueBeside(this.plane, { ...query, busyLanes: [...this.#underWay.values()] }, raws);
  }

  /** Up to `wanted` in all. Whether some is wanted still, and some of these was left. */
  async #dealOut(due: Due[], wanted: number, round: Round): Promise<boolean> {
    let isLeft = false;
    let rest = due;
    if (round.full.size > 0 && due.length > wanted - round.dealt.length) {
      // Read side by side, and nothing taken: one after the other, many full types would take long.
      for (const slug of await this.#slots.withoutRoom(typesOf(due))) round.full.add(slug);
      rest = due.filter(({ candidate }) => !round.full.has(candidate.type.slug));
      isLeft = rest.length < due.length;
    }
    while (rest.length > 0 && round.dealt.length < wanted) {
      // No more slots at once than are wanted: what is held here is out of reach for others.
      const part = rest.slice(0, wanted - round.dealt.length);
      isLeft = (await this.#dealPart(part, round)) || isLeft;
      rest = rest.slice(part.length).filter(({ candidate }) => !round.full.has(candidate.type.slug));
    }
    return isLeft && round.dealt.length < wanted;
  }

  /** Whether some of it was left. */
  async #dealPart(part: Due[], round: Round): Promise<boolean> {
    const slots = await this.#slots.takeEach(typesOf(part));
    let isLeft = false;
    for (const one of part) {
      const { slug } = one.candidate.type;
      // Another dealer may have dealt a lane while this one looked.
      const slot = this.#underWay.has(laneOf(one.candidate)) ? null : slots.get(slug)!.shift();
      if (slot === undefined) round.full.add(slug);
      if (slot) round.dealt.push(this.#deal(one, slot));
      else isLeft = true;
      if (slot && one.lent) round.lent.delete(one.lent);
    }
    for (const unused of slots.values()) for (const name of unused) this.#slots.giveBack(name);
    return isLeft;
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
}

const typesOf = (due: Due[]): AgentTypeDocument[] => due.map(({ candidate }) => candidate.type);

function giveBack(lent: Set<Lent>): void {
  for (const undealt of lent) undealt.keep();
  lent.clear();
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

const boards = new WeakMap<Plane, DueBoard>();

export function dealDue(plane: Plane, request: DueRequest): Promise<Dealt> {
  const board = boards.get(plane) ?? new DueBoard(plane);
  boards.set(plane, board);
  return board.deal(request);
}
