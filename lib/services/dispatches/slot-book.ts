import { LruMap } from '../../kernel/lru-map';
import type { AgentTypeDocument } from '../../store/documents';
import { freeSlots, READ_ALL_UP_TO, slotName } from '../../store/slots';
import type { Plane } from '../context';

/**
 * What was read of a type with many slots is given out for so long: with 1,000 running each read brings 1,000 rows. One
 * taken by another process meanwhile loses on the unique index; one left above a limit that was lowered is found out
 * this late.
 */
const FRESH_MS = 1_000;
/** Types of all tenants; a row is its free numbers. */
const MOST_KNOWN = 100;

interface Free {
  /** As it was read: a changed type is another object. */
  type: AgentTypeDocument;
  names: string[];
  readMs: number;
}

/**
 * Slots for claims by rank, given out once within this process: claims under way at the same time do not try each
 * other's. Across processes the unique index decides; each begins at a place of its own, so that they seldom meet.
 */
export class SlotBook {
  readonly #underWay = new Set<string>();
  readonly #free = new LruMap<string, Free>(MOST_KNOWN);
  /** Where in the circle of a type's numbers this process begins, as a share. */
  readonly #begin = Math.random();

  constructor(private readonly plane: Plane) {}

  /** Names free now, no two alike, until `giveBack`. Fewer than `wanted` when there are no more. */
  async take(type: AgentTypeDocument, wanted: number): Promise<string[]> {
    const known = this.#known(type);
    if (known.length >= wanted) return this.#give(known, wanted);
    return this.#give(await this.#read(type), wanted);
  }

  /** The claim is over: whoever looks now sees it in the database, or free. */
  giveBack(name: string): void {
    this.#underWay.delete(name);
  }

  #give(names: string[], wanted: number): string[] {
    const given = names.splice(0, wanted);
    for (const name of given) this.#underWay.add(name);
    return given;
  }

  #known(type: AgentTypeDocument): string[] {
    const free = this.#free.get(keyOf(type));
    const isFresh = free !== undefined && free.type === type && performance.now() - free.readMs < FRESH_MS;
    return isFresh ? free.names : [];
  }

  /** Those that nobody here is about to take, kept for the next who ask where there are many. */
  async #read(type: AgentTypeDocument): Promise<string[]> {
    const { tenantId, slug, concurrency } = type;
    const readMs = performance.now();
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
    const at = Math.max(
      numbers.findIndex(number => number >= first),
      0,
    );
    const names = [...numbers.slice(at), ...numbers.slice(0, at)]
      .map(number => slotName(tenantId, slug, number))
      .filter(name => !before.has(name) && !this.#underWay.has(name));
    if (concurrency > READ_ALL_UP_TO) this.#free.set(keyOf(type), { type, names, readMs });
    return names;
  }
}

const keyOf = ({ tenantId, slug }: AgentTypeDocument): string => `${tenantId}/${slug}`;
