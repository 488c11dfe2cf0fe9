import { ageMs } from './clock';
import { LruMap } from './lru-map';

export interface FreshReadsOptions<T> {
  /** No answer is older than this, counted from the beginning of its read. */
  freshMs: number;
  /** Keys kept; past it the one read longest ago is read anew. */
  most: number;
  now(): number;
  /** An answer that is not to be kept: the next who asks reads again. Default: all are kept. */
  keeps?(value: T): boolean;
  /** A renewed answer that says the same leaves the one before in its place, as the very object. */
  isSame?(before: T, after: T): boolean;
}

interface Entry<T> {
  value: Promise<T>;
  atMs: number;
  isRenewing: boolean;
}

/**
 * Answers of the recent past, for what is asked with every claim. Past half its time an answer is renewed behind the
 * back of who asks, so that where somebody asks all the time nobody waits. The caches before simply ran out, eight times
 * a second together: of 50 claims a second up to one in six waited for a round trip more.
 */
export class FreshReads<K, T> {
  readonly #entries: LruMap<K, Entry<T>>;

  constructor(private readonly options: FreshReadsOptions<T>) {
    this.#entries = new LruMap(options.most);
  }

  /**
   * Those who ask at once share one read. One that began before `forget` is not kept when it ends, so it cannot put an
   * old state back; nor is one that failed.
   */
  get(key: K, read: () => Promise<T>): Promise<T> {
    const { now, freshMs } = this.options;
    const known = this.#entries.get(key);
    const age = known ? ageMs(known.atMs, now()) : freshMs;
    if (!known || age >= freshMs) return this.#begin(key, read);
    if (age >= freshMs / 2 && !known.isRenewing) void this.#renew(key, known, read);
    return known.value;
  }

  /** Where `answer` is named, only that one: of several who find it useless at once, the first makes room for another. */
  forget(key: K, answer?: Promise<T>): void {
    if (answer === undefined || this.#entries.get(key)?.value === answer) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  #begin(key: K, read: () => Promise<T>): Promise<T> {
    const entry = { value: read(), atMs: this.options.now(), isRenewing: false };
    this.#entries.set(key, entry);
    const drop = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.value.then(value => {
      if (this.options.keeps?.(value) === false) drop();
    }, drop);
    return entry.value;
  }

  /** Whoever asks meanwhile is answered by the one before; a failure is left to them to find. */
  async #renew(key: K, entry: Entry<T>, read: () => Promise<T>): Promise<void> {
    const { now, keeps, isSame } = this.options;
    entry.isRenewing = true;
    const atMs = now();
    try {
      const [before, after] = await Promise.all([entry.value, read()]);
      if (this.#entries.get(key) !== entry) return;
      if (keeps?.(after) === false) this.#entries.delete(key);
      else {
        const value = isSame?.(before, after) === true ? entry.value : Promise.resolve(after);
        this.#entries.set(key, { value, atMs, isRenewing: false });
      }
    } catch {
      entry.isRenewing = false;
    }
  }
}
