import type { AgentTypeDocument } from '../../../store/documents';
import { freeSlots, READ_ALL_UP_TO, slotName } from '../../../store/slots';
import type { Plane } from '../../context';
import { slotBookOf } from './slot-book';

/** So many losses of one claim say that others took what was read: it is read anew. */
const CROWDED_AFTER = 3;

/** A slot another claimer took first is tried again elsewhere, this often: each loss means somebody else went on. */
export const SLOT_TRIES = 8;

/**
 * Slots for one claim that nobody dealt any, handed out without repeats. Of many it takes from the list that all claims
 * of this process share; few are read once, for it alone.
 */
export class SlotPool {
  readonly #few = new Map<string, Promise<number[]>>();
  readonly #losses = new Map<string, number>();

  constructor(
    private readonly plane: Plane,
    private readonly random: () => number = Math.random,
  ) {}

  take(type: AgentTypeDocument): Promise<string | null> {
    return type.concurrency > READ_ALL_UP_TO ? this.#takeOfMany(type) : this.#takeOfFew(type);
  }

  /** Given back at once: whether its claim came to anything is not told here, and it is out of the list for a while. */
  async #takeOfMany(type: AgentTypeDocument): Promise<string | null> {
    const book = slotBookOf(this.plane);
    const [name] = await book.take(type, 1);
    if (name !== undefined) book.giveBack(name);
    return name ?? null;
  }

  async #takeOfFew(type: AgentTypeDocument): Promise<string | null> {
    const { tenantId, slug, concurrency } = type;
    const reading =
      this.#few.get(slug) ?? freeSlots(this.plane.collections, { tenantId, agentType: slug, limit: concurrency });
    this.#few.set(slug, reading);
    const numbers = await reading;
    // Any free number but the first: claimers of several processes that start together would all try the same one.
    const [number] = numbers.splice(Math.floor(this.random() * numbers.length), 1);
    return number === undefined ? null : slotName(tenantId, slug, number);
  }

  /** After a lost slot: what is free now where there are few, else the next number, a few times. */
  lost(type: AgentTypeDocument): void {
    this.#few.delete(type.slug);
    const losses = (this.#losses.get(type.slug) ?? 0) + 1;
    this.#losses.set(type.slug, losses);
    if (losses >= CROWDED_AFTER) slotBookOf(this.plane).forget(type);
  }
}
