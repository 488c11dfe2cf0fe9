import { FreshReads } from '../../../kernel/fresh-reads';
import type { AgentTypeDocument } from '../../../store/documents';
import { freeSlots, READ_ALL_UP_TO, slotName } from '../../../store/slots';
import type { Plane } from '../../context';

/** So many losses of one claim say that others took what was read: it is read anew. */
const CROWDED_AFTER = 3;

/** A slot another claimer took first is tried again elsewhere, this often: each loss means somebody else went on. */
export const SLOT_TRIES = 8;

/** A process that has not heard of a lowered limit yet may still fill a slot above it; that is found out this late. */
const FRESH_MS = 1_000;
/** Types of all tenants; a row is its free numbers. */
const MOST_KNOWN = 100;
const recent = new WeakMap<Plane, FreshReads<AgentTypeDocument, number[]>>();

/**
 * Free numbers of types with many slots, read again behind the back of who asks: all claims of this process take from
 * one list, so none goes for what another has. (Numbers tried at random were taken already as often as slots were: with
 * 1,000 of 10,000 running one claim in ten wrote its dispatch twice.)
 */
function recentlyFree(plane: Plane): FreshReads<AgentTypeDocument, number[]> {
  const known = recent.get(plane) ?? new FreshReads({ freshMs: FRESH_MS, most: MOST_KNOWN, now: plane.clock.now });
  recent.set(plane, known);
  return known;
}

/** Slot numbers of one claim, handed out without repeats. */
export class SlotPool {
  readonly #own = new Map<string, Promise<number[]>>();
  readonly #losses = new Map<string, number>();

  constructor(
    private readonly plane: Plane,
    private readonly random: () => number = Math.random,
  ) {}

  async take(type: AgentTypeDocument): Promise<string | null> {
    const numbers = await (type.concurrency > READ_ALL_UP_TO ? this.#shared(type) : this.#ownOf(type));
    if (numbers.length === 0) return null;
    // Any free number but the first: claimers of several processes that start together would all try the same one.
    const at = Math.floor(this.random() * numbers.length);
    const number = numbers[at]!;
    // The last takes its place: of ten thousand, to move all behind it would be felt.
    const last = numbers.pop()!;
    if (at < numbers.length) numbers[at] = last;
    return slotName(type.tenantId, type.slug, number);
  }

  /** Nothing left may only say that claims which came to nothing took the rest: then it is read anew. */
  async #shared(type: AgentTypeDocument): Promise<number[]> {
    const known = recentlyFree(this.plane);
    // Asked of a type as it is now: the cached one is another object as soon as it changed.
    const first = known.get(type, () => this.#read(type));
    const numbers = await first;
    if (numbers.length > 0) return numbers;
    known.forget(type, first);
    return known.get(type, () => this.#read(type));
  }

  #ownOf(type: AgentTypeDocument): Promise<number[]> {
    const numbers = this.#own.get(type.slug) ?? this.#read(type);
    this.#own.set(type.slug, numbers);
    return numbers;
  }

  #read({ tenantId, slug, concurrency }: AgentTypeDocument): Promise<number[]> {
    return freeSlots(this.plane.collections, { tenantId, agentType: slug, limit: concurrency });
  }

  /** After a lost slot: what is free now where there are few, else the next number, a few times. */
  lost(type: AgentTypeDocument): void {
    this.#own.delete(type.slug);
    const losses = (this.#losses.get(type.slug) ?? 0) + 1;
    this.#losses.set(type.slug, losses);
    if (losses >= CROWDED_AFTER) recentlyFree(this.plane).forget(type);
  }
}
