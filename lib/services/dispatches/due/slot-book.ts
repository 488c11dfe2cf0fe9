import { LruMap } from '../../../kernel/lru-map';
import type { AgentTypeDocument } from '../../../store/documents';
import { freeSlots, READ_ALL_UP_TO, slotName } from '../../../store/slots';
import type { Plane } from '../../context';

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
  numbers: number[];
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
    return this.#give(type, known.length >= wanted ? known : await this.#read(type), wanted);
  }

  /** Slugs of those of these types that have none left, as far as is known. */
  async withoutRoom(types: AgentTypeDocument[]): Promise<string[]> {
    const each = [...new Map(types.map(type => [type.slug, type])).values()];
    const free = await Promise.all(
      each.map(async type => this.#known(type).length > 0 || (await this.#read(type)).length > 0),
    );
    return each.flatMap(({ slug }, at) => (free[at] ? [] : [slug]));
  }

  /** By slug, for types that are named as often as there is work for them: so many each. */
  async takeEach(named: AgentTypeDocument[]): Promise<Map<string, string[]>> {
    const counts = new Map<string, number>();
    for (const { slug } of named) counts.set(slug, (counts.get(slug) ?? 0) + 1);
    const types = [...new Map(named.map(type => [type.slug, type])).values()];
    const taken = await Promise.allSettled(types.map(type => this.take(type, counts.get(type.slug)!)));
    const failed = taken.find(result => result.status === 'rejected');
    const names = taken.map(result => (result.status === 'fulfilled' ? result.value : []));
    if (failed) {
      for (const name of names.flat()) this.giveBack(name);
      throw failed.reason;
    }
    return new Map(types.map(({ slug }, at) => [slug, names[at]!]));
  }

  /** The claim is over: whoever looks now sees it in the database, or free. */
  giveBack(name: string): void {
    this.#underWay.delete(name);
  }

  #give(type: AgentTypeDocument, numbers: number[], wanted: number): string[] {
    const names = numbers.splice(0, wanted).map(number => nameOf(type, number));
    for (const name of names) this.#underWay.add(name);
    return names;
  }

  #known(type: AgentTypeDocument): number[] {
    const free = this.#free.get(keyOf(type));
    const isFresh = free !== undefined && free.type === type && performance.now() - free.readMs < FRESH_MS;
    return isFresh ? free.numbers : [];
  }

  /** Those that nobody here is about to take, kept for the next who ask where there are many. */
  async #read(type: AgentTypeDocument): Promise<number[]> {
    const { tenantId, slug, concurrency } = type;
    const readMs = performance.now();
    // What is given back while the free ones are read was taken when the read began: it looks free, and may not be.
    const before = new Set(this.#underWay);
    const read = await freeSlots(this.plane.collections, { tenantId, agentType: slug, limit: concurrency });
    const first = this.#begin * concurrency;
    const at = Math.max(
      read.findIndex(number => number >= first),
      0,
    );
    const numbers = [...read.slice(at), ...read.slice(0, at)].filter(number => {
      const name = nameOf(type, number);
      return !before.has(name) && !this.#underWay.has(name);
    });
    if (concurrency > READ_ALL_UP_TO) this.#free.set(keyOf(type), { type, numbers, readMs });
    return numbers;
  }
}

const nameOf = ({ tenantId, slug }: AgentTypeDocument, number: number): string => slotName(tenantId, slug, number);
const keyOf = ({ tenantId, slug }: AgentTypeDocument): string => `${tenantId}/${slug}`;
