import { GroupCommit } from '../../kernel/group-commit';
import { LruMap } from '../../kernel/lru-map';
import { readDatabaseClock } from '../../store/database-clock';
import type { AgentTypeDocument } from '../../store/documents';
import { hex } from '../../store/ids';
import type { DueItem } from '../../store/work-items';
import type { Plane } from '../context';
import type { StartCandidate } from './candidate';
import { findDueHeads } from './due-heads';
import { SlotBook } from './slot-book';

export interface DueRequest {
  tenantId: string;
  /** Open for new work, by slug. */
  types: Map<string, AgentTypeDocument>;
  max: number;
}

export interface Dealt {
  candidates: StartCandidate[];
  /** Due work was left for want of a slot. */
  isAtCapacity: boolean;
  /** To be called when the claim is over, however it ends. */
  release(): void;
}

/** Callers of different tenants and types; an idle one costs a few hundred bytes. */
const MOST_KEYS = 500;
/** Claims that share one look: 800 items at most, a few tens of milliseconds. */
const MOST_TOGETHER = 8;

/**
 * Deals due work to the claims of this process, so that no two go for the same. Claims that come while a look is under
 * way share the next one, so nobody gets work by a look that began before they asked; what was dealt and is not over
 * yet is passed over. Each item is dealt with its slot, in rank order: a scarce slot goes to the most urgent.
 */
class DueBoard {
  readonly #dealers = new LruMap<string, GroupCommit<DueRequest, Dealt>>(MOST_KEYS);
  readonly #underWay = new Map<string, DueItem['item']['lane']>();
  readonly #slots: SlotBook;

  constructor(private readonly plane: Plane) {
    this.#slots = new SlotBook(plane);
  }

  deal(request: DueRequest): Promise<Dealt> {
    const key = [request.tenantId, ...request.types.keys()].join(' ');
    const dealer =
      this.#dealers.get(key) ??
      new GroupCommit<DueRequest, Dealt>({
        run: requests => this.#dealAll(requests),
        abreast: 1,
        mostTogether: MOST_TOGETHER,
      });
    this.#dealers.set(key, dealer);
    return dealer.submit(request);
  }

  async #dealAll(requests: DueRequest[]): Promise<Dealt[]> {
    const { tenantId, types } = requests[0]!;
    const wanted = requests.reduce((sum, { max }) => sum + max, 0);
    const [heads, clock] = await Promise.all([
      findDueHeads(this.plane.collections, { tenantId, types, wanted, busyLanes: [...this.#underWay.values()] }),
      readDatabaseClock(this.plane.collections),
    ]);
    const slots = await this.#slotsFor(heads, types);
    // Another dealer may have dealt a lane while this one looked.
    const free = heads.filter(({ item }) => !this.#underWay.has(hex(item.lane)));
    const dealt: StartCandidate[] = [];
    let isAtCapacity = false;
    for (const due of free) {
      const type = types.get(due.item.assignedTo!)!;
      const slot = slots.get(type.slug)?.shift();
      if (slot === undefined) isAtCapacity = true;
      else dealt.push({ mode: 'start', due, type, slot, clock });
    }
    for (const rest of slots.values()) for (const name of rest) this.#slots.giveBack(name);
    for (const { due } of dealt) this.#underWay.set(hex(due.item.lane), due.item.lane);
    return requests.map(({ max }) => this.#hand(dealt.splice(0, max), isAtCapacity));
  }

  async #slotsFor(heads: DueItem[], types: DueRequest['types']): Promise<Map<string, string[]>> {
    const wanted = new Map<string, number>();
    for (const { item } of heads) wanted.set(item.assignedTo!, (wanted.get(item.assignedTo!) ?? 0) + 1);
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

  #hand(candidates: StartCandidate[], isAtCapacity: boolean): Dealt {
    const release = () => {
      for (const { due, slot } of candidates) {
        this.#underWay.delete(hex(due.item.lane));
        this.#slots.giveBack(slot!);
      }
    };
    return { candidates, isAtCapacity, release };
  }
}

const boards = new WeakMap<Plane, DueBoard>();

export function dealDue(plane: Plane, request: DueRequest): Promise<Dealt> {
  const board = boards.get(plane) ?? new DueBoard(plane);
  boards.set(plane, board);
  return board.deal(request);
}
