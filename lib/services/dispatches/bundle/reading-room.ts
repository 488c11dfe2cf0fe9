import { MOST_CHARACTERS } from './text-lengths';

/** Read side by side, each may be the longest there is: ten threads are 130 MB, and two cores read no faster by more. */
const MOST_ABREAST = 10;

/** What is not read because of what was read already: the work is left to a claim that has room for it. */
export class NoRoom extends Error {
  constructor() {
    super('what stands around the other items of this claim is as long as one answer may be');
  }
}

/**
 * Bounds what is read for one claim: all of it is in memory before it is known what fits into the answer. Reading ends
 * when as much was read as an answer may hold; what was begun by then is finished.
 */
export class ReadingRoom {
  #left = MOST_CHARACTERS;
  #turns = 0;
  readonly #lanes: Promise<unknown>[] = Array.from({ length: MOST_ABREAST }, () => Promise.resolve());

  get left(): number {
    return this.#left;
  }

  took(characters: number): void {
    this.#left -= characters;
  }

  /** Throws `NoRoom` where nothing more is to be read. */
  read<T>(find: () => Promise<T[]>, lengthOf: (row: T) => number): Promise<T[]> {
    const at = this.#turns % MOST_ABREAST;
    this.#turns += 1;
    const reading = this.#lanes[at]!.then(async () => {
      if (this.#left <= 0) throw new NoRoom();
      const rows = await find();
      for (const row of rows) this.took(lengthOf(row));
      return rows;
    });
    this.#lanes[at] = reading.catch(() => undefined);
    return reading;
  }
}
