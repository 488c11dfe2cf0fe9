import type { AgentTypeDocument } from '../../store/documents';
import { freeSlots, slotName } from '../../store/slots';
import type { Plane } from '../context';

/**
 * Slots for claims by rank, given out once within this process: claims under way at the same time do not try each
 * other's. Across processes the unique index decides; each begins at a place of its own, so that they seldom meet.
 */
export class SlotBook {
  readonly #underWay = new Set<string>();
  /** Where in the circle of a type's numbers this process begins, as a share. */
  readonly #begin = Math.random();

  constructor(private readonly plane: Plane) {}

  /** Names free now, no two alike, until `giveBack`. Fewer than `wanted` when there are no more. */
  async take(type: AgentTypeDocument, wanted: number): Promise<string[]> {
    const { tenantId, slug, concurrency } = type;
    // What is given back while the free ones are read was taken when the read began: it looks free, and may not be.
    const before = new Set(this.#underWay);
    const numbers = await freeSlots(this.plane.collections, {
      tenantId,
      agentType: slug,
      limit: concurrency,
      readAll: true,
      noneAbove: false,
      random: Math.random,
    });
    const first = this.#begin * concurrency;
    const at = numbers.findIndex(number => number >= first);
    const names: string[] = [];
    for (let n = 0; n < numbers.length && names.length < wanted; n += 1) {
      const name = slotName(tenantId, slug, numbers[(Math.max(at, 0) + n) % numbers.length]!);
      if (before.has(name) || this.#underWay.has(name)) continue;
      this.#underWay.add(name);
      names.push(name);
    }
    return names;
  }

  /** The claim is over: whoever looks now sees it in the database, or free. */
  giveBack(name: string): void {
    this.#underWay.delete(name);
  }
}
