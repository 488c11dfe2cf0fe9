import { FreshReads } from '../../../kernel/fresh-reads';
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

/**
 * The free slots as this process knows them, one list a type whoever asks, so that its claims do not try each other's.
 * (Numbers tried at random were taken already as often as slots were: with 1,000 of 10,000 running one claim in ten
 * wrote its dispatch twice.) Across processes the unique index decides; each begins at a place of its own, so that they
 * seldom meet.
 */
export class SlotBook {
  /** Given out, and its claim not over: in the database or not yet. */
  readonly #underWay = new Set<string>();
  /** Of each read under way, what was given out before its end: it may look free there, and is not. */
  readonly #reads = new Set<Set<string>>();
  readonly #free: FreshReads<AgentTypeDocument, number[]>;
  /** Where in the circle of a type's numbers this process begins, as a share. */
  readonly #begin = Math.random();

  constructor(private readonly plane: Plane) {
    this.#free = new FreshReads({ freshMs: FRESH_MS, most: MOST_KNOWN, now: plane.clock.now });
  }

  /** Names free now, no two alike, until `giveBack`. Fewer than `wanted` when there are no more. */
  async take(type: AgentTypeDocument, wanted: number): Promise<string[]> {
    const names = (await this.#list(type, wanted)).splice(0, wanted).map(number => nameOf(type, number));
    for (const name of names) {
      this.#underWay.add(name);
      for (const seen of this.#reads) seen.add(name);
    }
    return names;
  }

  /** Slugs of those of these types that have none left, as far as is known. */
  async withoutRoom(types: AgentTypeDocument[]): Promise<string[]> {
    const each = [...new Map(types.map(type => [type.slug, type])).values()];
    const free = await Promise.all(each.map(type => this.#list(type, 1)));
    return each.flatMap(({ slug }, at) => (free[at]!.length > 0 ? [] : [slug]));
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

  /** What was kept of this type says too much: others take its slots. */
  forget(type: AgentTypeDocument): void {
    this.#free.forget(type);
  }

  /**
   * Whoever takes from it takes it out of it. Where there are few they are read for each; of many, less than is wanted
   * may only say that claims which came to nothing took the rest.
   */
  async #list(type: AgentTypeDocument, wanted: number): Promise<number[]> {
    const read = () => this.#read(type);
    if (type.concurrency <= READ_ALL_UP_TO) return read();
    // Asked of a type as it is now: the cached one is another object as soon as it changed.
    const known = this.#free.get(type, read);
    const numbers = await known;
    if (numbers.length >= wanted) return numbers;
    this.#free.forget(type, known);
    return this.#free.get(type, read);
  }

  /** Those that nobody here is about to take. */
  async #read(type: AgentTypeDocument): Promise<number[]> {
    const { tenantId, slug, concurrency } = type;
    const givenOut = new Set(this.#underWay);
    this.#reads.add(givenOut);
    try {
      const read = await freeSlots(this.plane.collections, { tenantId, agentType: slug, limit: concurrency });
      const first = this.#begin * concurrency;
      const at = Math.max(
        read.findIndex(number => number >= first),
        0,
      );
      return [...read.slice(at), ...read.slice(0, at)].filter(number => !givenOut.has(nameOf(type, number)));
    } finally {
      this.#reads.delete(givenOut);
    }
  }
}

const nameOf = ({ tenantId, slug }: AgentTypeDocument, number: number): string => slotName(tenantId, slug, number);

const books = new WeakMap<Plane, SlotBook>();

export function slotBookOf(plane: Plane): SlotBook {
  const book = books.get(plane) ?? new SlotBook(plane);
  books.set(plane, book);
  return book;
}
