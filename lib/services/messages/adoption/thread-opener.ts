import type { ObjectId } from '../../../store/documents';
import { isControlPlaneError } from '../../../domain/errors';
import { hex } from '../../../store/ids';
import type { NewThread } from '../../../store/threads';
import { toDomainError } from '../../to-domain-error';

/**
 * Those of one tick go in one write: written each by itself they were an eighth of what a claim costs, and in twos, as
 * 25 ms make them of 50 a second, still a tenth. A person does not see the difference.
 */
const TICK_MS = 100;
/** So many go at once: more in one write hold up the events behind theirs. */
const ENOUGH = 8;
const RETRY_MS = 1_000;
/** Five seconds of 200 a second while the database is away; past this whoever takes a message up opens its thread. */
const MOST = 1_000;

/** Opens threads that are not there yet, a majority behind it. */
export type OpenThreads = (threads: NewThread[]) => Promise<void>;

/**
 * The threads of raw messages that claims take up: a claim needs all of them that the message says itself, so they are
 * written a moment later, many together. Whoever reads or writes a thread in this process flushes first; any other
 * process, and the next after a crash, finds the thread by its first message (`findOrReopenThread`).
 */
export class ThreadOpener {
  #waiting = new Map<string, NewThread>();
  #writing: ReadonlySet<string> = new Set();
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  /** The last write failed; the next is `RETRY_MS` after it, however many come. */
  #isAway = false;

  constructor(
    private readonly open: OpenThreads,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** False: there is no room, and the caller is to open it. */
  note(thread: NewThread): boolean {
    if (this.#waiting.size + this.#writing.size >= MOST) return false;
    this.#waiting.set(hex(thread._id), thread);
    if (this.#waiting.size >= ENOUGH && this.#writing.size === 0 && !this.#isAway) this.#fire();
    else this.#arm(this.#isAway ? RETRY_MS : TICK_MS);
    return true;
  }

  /** Resolves when all that was noted stands. Costs nothing when nothing waits. */
  flush(): Promise<void> {
    if (this.#waiting.size > 0) this.#last = this.#writeAfter(this.#last);
    return this.#last;
  }

  /** The same when one of these is among what waits, else at once. */
  async opened(ids: ObjectId[]): Promise<void> {
    const isComing = (id: string) => this.#waiting.has(id) || this.#writing.has(id);
    if (ids.some(id => isComing(hex(id)))) await this.flush();
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.flush();
  }

  #arm(delayMs: number): void {
    this.#timer ??= setTimeout(() => this.#fire(), delayMs);
  }

  #fire(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.flush().then(
      () => {
        this.#isAway = false;
      },
      error => {
        this.#isAway = true;
        this.failed(error);
        // One that was armed by what came meanwhile is too soon.
        if (this.#timer) clearTimeout(this.#timer);
        this.#timer = null;
        this.#arm(RETRY_MS);
      },
    );
  }

  async #writeAfter(before: Promise<void>): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = new Map();
    this.#writing = new Set([...this.#writing, ...batch.keys()]);
    try {
      await before.catch(() => undefined);
      await this.open([...batch.values()]);
    } catch (error) {
      // A document that cannot be written never will be; the others of its batch were. It must not stand in their way.
      if (!isControlPlaneError(toDomainError(error), 'unavailable')) return this.failed(error);
      this.#waiting = new Map([...batch, ...this.#waiting]);
      throw error;
    } finally {
      this.#writing = new Set([...this.#writing].filter(id => !batch.has(id)));
    }
  }
}
