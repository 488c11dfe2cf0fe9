import { FreshReads } from '../../../kernel/fresh-reads';
import type { AgentTypeDocument } from '../../../store/documents';
import { freeSlots, hasNoneAbove, READ_ALL_UP_TO, slotName, slotsAtRandom } from '../../../store/slots';
import type { Plane } from '../../context';

/**
 * So many numbers tried at random may be taken before all are read: with 1,000 of 10,000 running one in ten is, and
 * reading the 1,000 for each of those cost more than all other reads of the claims together.
 */
const CROWDED_AFTER = 3;

/** A slot another claimer took first is tried again elsewhere, this often: each loss means somebody else went on. */
export const SLOT_TRIES = 8;

/** A process that has not heard of a lowered limit yet may still fill a slot above it; that is found out this late. */
const CHECKED_MS = 1_000;
const MOST_CHECKED = 500;
const checked = new WeakMap<Plane, FreshReads<AgentTypeDocument, boolean>>();

/** Asked of a type as it is now: the cached one is another object as soon as it changed. */
function isNoneAbove(plane: Plane, type: AgentTypeDocument): Promise<boolean> {
  const now = plane.clock.now;
  const checks =
    checked.get(plane) ?? new FreshReads({ freshMs: CHECKED_MS, most: MOST_CHECKED, now, keeps: none => none });
  checked.set(plane, checks);
  const { tenantId, slug, concurrency } = type;
  return checks.get(type, () => hasNoneAbove(plane.collections, { tenantId, agentType: slug, limit: concurrency }));
}

/** Slot numbers of one claim, read once a type and handed out without repeats. */
export class SlotPool {
  readonly #free = new Map<string, Promise<number[]>>();
  readonly #losses = new Map<string, number>();

  constructor(
    private readonly plane: Plane,
    private readonly random: () => number = Math.random,
  ) {}

  async take(type: AgentTypeDocument): Promise<string | null> {
    let free = this.#free.get(type.slug);
    if (!free) {
      free = this.#read(type);
      this.#free.set(type.slug, free);
    }
    const numbers = await free;
    if (numbers.length === 0) return null;
    // Any free number but the first: claimers that start together would all try the same one.
    const [k] = numbers.splice(Math.floor(this.random() * numbers.length), 1);
    return slotName(type.tenantId, type.slug, k!);
  }

  async #read(type: AgentTypeDocument): Promise<number[]> {
    const { tenantId, slug, concurrency: limit } = type;
    const isCrowded = (this.#losses.get(slug) ?? 0) >= CROWDED_AFTER;
    return limit > READ_ALL_UP_TO && !isCrowded && (await isNoneAbove(this.plane, type))
      ? slotsAtRandom(limit, this.random)
      : freeSlots(this.plane.collections, { tenantId, agentType: slug, limit });
  }

  /** After a lost slot: where all were read, what is free now; else the next number, a few times. */
  lost(type: AgentTypeDocument): void {
    const losses = (this.#losses.get(type.slug) ?? 0) + 1;
    this.#losses.set(type.slug, losses);
    if (type.concurrency <= READ_ALL_UP_TO || losses >= CROWDED_AFTER) this.#free.delete(type.slug);
  }
}
