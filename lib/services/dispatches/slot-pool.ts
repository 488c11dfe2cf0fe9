import type { AgentTypeDocument } from '../../store/documents';
import { freeSlots, READ_ALL_UP_TO, slotName, type FreeSlots } from '../../store/slots';
import type { Plane } from '../context';

/**
 * So many numbers tried at random may be taken before all are read: with 1,000 of 10,000 running one in ten is, and
 * reading the 1,000 for each of those cost more than all other reads of the claims together.
 */
const CROWDED_AFTER = 3;

/** A slot another claimer took first is tried again elsewhere, this often: each loss means somebody else went on. */
export const SLOT_TRIES = 8;

/** Types whose limit was looked at as it is now, with nothing running above it. */
const settled = new WeakSet<AgentTypeDocument>();

/** Slot numbers of one claim, read once a type and handed out without repeats. */
export class SlotPool {
  readonly #free = new Map<string, Promise<FreeSlots>>();
  readonly #losses = new Map<string, number>();

  constructor(
    private readonly plane: Plane,
    private readonly random: () => number = Math.random,
  ) {}

  async take(type: AgentTypeDocument): Promise<string | null> {
    let free = this.#free.get(type.slug);
    if (!free) {
      free = freeSlots(this.plane.collections, {
        tenantId: type.tenantId,
        agentType: type.slug,
        limit: type.concurrency,
        readAll: (this.#losses.get(type.slug) ?? 0) >= CROWDED_AFTER,
        noneAbove: settled.has(type),
        random: this.random,
      });
      this.#free.set(type.slug, free);
    }
    const { numbers, noneAbove } = await free;
    // The cached type is another object as soon as it changed, and at the latest after a second.
    if (noneAbove) settled.add(type);
    if (numbers.length === 0) return null;
    // Any free number but the first: claimers that start together would all try the same one.
    const [k] = numbers.splice(Math.floor(this.random() * numbers.length), 1);
    return slotName(type.tenantId, type.slug, k!);
  }

  /** After a lost slot: where all were read, what is free now; else the next number, a few times. */
  lost(type: AgentTypeDocument): void {
    const losses = (this.#losses.get(type.slug) ?? 0) + 1;
    this.#losses.set(type.slug, losses);
    if (type.concurrency <= READ_ALL_UP_TO || losses >= CROWDED_AFTER) this.#free.delete(type.slug);
  }
}
