import { LruMap } from './lru-map';
import { ageMs, type Clock } from './clock';

/** Reads of one kind begin at least this far apart. */
const LEAST_GAP_MS = 250;
/**
 * The windows of one browser ask within some ms of the same event. Begun at once, a read would serve the first and let
 * the others wait out the gap, each with one of the six connections that a browser has for all of them.
 */
const GATHER_MS = 20;
/** A slow read may take a fifth of the time, whatever the number of those who ask. */
const GAP_PER_COST = 5;
/** One that hung on a database that was away says nothing of what a read costs: nobody waits a minute for its sake. */
const MOST_GAP_MS = 2_000;
const MOST_KEYS = 500;

interface Entry<T> {
  startedAtMs: number;
  tookMs: number;
  /** One at a time: a read that hangs must not gather more of its kind. */
  running: Promise<unknown>;
  /** Asked for and not begun: whoever comes now gets this one. */
  next: Promise<T> | null;
}

const newEntry = <T>(): Entry<T> => ({
  startedAtMs: Number.NEGATIVE_INFINITY,
  tookMs: 0,
  running: Promise.resolve(),
  next: null,
});

/**
 * Shares an expensive read without ever answering with an old one: nobody gets a read that began before they asked, so
 * a page that asks again at an event sees what the event told. When reads follow each other too closely, the next one
 * waits its turn and those who come meanwhile wait with it.
 */
export class SharedReads<T> {
  readonly #entries = new LruMap<string, Entry<T>>(MOST_KEYS);

  constructor(private readonly clock: Clock) {}

  read(key: string, read: () => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key) ?? newEntry<T>();
    this.#entries.set(key, entry);
    entry.next ??= this.#inTurn(entry, read);
    return entry.next;
  }

  async #inTurn(entry: Entry<T>, read: () => Promise<T>): Promise<T> {
    await entry.running;
    const gapMs = Math.min(MOST_GAP_MS, Math.max(LEAST_GAP_MS, entry.tookMs * GAP_PER_COST));
    await this.clock.sleep(Math.max(GATHER_MS, gapMs - ageMs(entry.startedAtMs, this.clock.now())));
    entry.next = null;
    entry.startedAtMs = this.clock.now();
    const reading = read().finally(() => {
      entry.tookMs = this.clock.now() - entry.startedAtMs;
    });
    entry.running = reading.catch(() => undefined);
    return reading;
  }
}
