import { deferred } from '../../kernel/deferred';
import type { ObjectId } from '../../store/documents';
import { bodyId } from '../../store/ids';

/**
 * A raw insert is most often claimed within a few milliseconds of its event, and a claim takes it up in the same
 * writes; adopting it at once as well would double them. So each waits this long by itself: a timer that took along
 * those that had just come adopted a tenth of all under the claims' hands (measured, 200 a second). Reads do not wait:
 * they flush the queue first. Claims by rank are lent what waits.
 */
const WAIT_MS = 200;
/**
 * While claims come, as those do that heard an event. A machine that falls behind would else take up what their
 * claims are about to, which is more to write and to read for each just when there is no time for it (seen: where
 * claims came 2 s late, six of ten messages had been taken up before, and each cost three reads more).
 */
const CLAIMED_WAIT_MS = 1_000;
/** So long after a claim the next is expected. */
const EXPECTED_MS = 1_000;
/** Those of one tick go together, in few enough writes that events behind theirs are not held up. */
const TICK_MS = 40;
/** More than these at once go in the next round. */
const BATCH = 200;
/** Past this many the rest is left to the sweep. */
const MOST = 50_000;

/** What the queue does with what waits; given to it, for the plane that does it holds the queue. */
export interface AdoptionActs {
  messages(ids: ObjectId[]): Promise<void>;
  task(id: ObjectId): Promise<unknown>;
  /** Opens what claims took up without waiting for it. */
  threads(): Promise<void>;
  failed(error: unknown): void;
}

interface Held {
  /** Whether the claim took it up. Never rejects. */
  over: Promise<boolean>;
  /** The stream showed it: it is to be taken up if the claim does not. */
  shown: boolean;
}

/** Kept out of the queue for a claim, which says whether it took it up. */
export interface Lent {
  back(tookUp: boolean): void;
}

export class AdoptionQueue {
  /** When each was noted; oldest first. */
  readonly #messages = new Map<string, number>();
  readonly #held = new Map<string, Held>();
  #claimedAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(private readonly adopt: AdoptionActs) {}

  /** The stream showed it; it may be raw. */
  note(kind: 'message' | 'task', id: string): void {
    if (this.#closed || this.#messages.size >= MOST) return;
    if (kind === 'task') {
      this.adopt.task(bodyId('id', id)).catch(error => this.adopt.failed(error));
      return;
    }
    const held = this.#held.get(id);
    if (held) held.shown = true;
    else {
      this.#messages.set(id, performance.now());
      this.#arm();
    }
  }

  /**
   * Kept out of the queue while a claim may take it up; put back when `tookUp` says that it did not. Null: another
   * claim was under way and took it.
   */
  async hold<T>(id: string, claim: () => Promise<T>, tookUp: (result: T) => boolean): Promise<T | null> {
    for (let held = this.#held.get(id); held; held = this.#held.get(id)) if (await held.over) return null;
    const claiming = claim();
    const over = claiming.then(tookUp, () => false);
    const held: Held = { over, shown: this.#messages.delete(id) };
    this.#held.set(id, held);
    void over.then(isTaken => {
      this.#held.delete(id);
      if (!held.shown) return;
      if (isTaken) this.#claimedAtMs = performance.now();
      else this.note('message', id);
    });
    return claiming;
  }

  /** The stream showed that another process took it up. */
  forget(id: string): void {
    if (!this.#held.has(id)) this.#messages.delete(id);
  }

  /** What waits and no claim holds, oldest first. */
  waiting(): string[] {
    return [...this.#messages.keys()].filter(id => !this.#held.has(id));
  }

  /** For a claim by rank, which takes up what it was dealt. Null: it does not wait any more, or another claim holds it. */
  lend(id: string): Lent | null {
    if (!this.#messages.has(id) || this.#held.has(id)) return null;
    const { promise: over, resolve } = deferred<boolean>();
    this.#held.set(id, { over, shown: true });
    const back = (tookUp: boolean) => {
      this.#held.delete(id);
      if (tookUp) this.#messages.delete(id);
      if (tookUp) this.#claimedAtMs = performance.now();
      resolve(tookUp);
    };
    return { back };
  }

  /** What the stream showed before this call is taken up when it resolves. Costs nothing when nothing waits. */
  async flush(): Promise<void> {
    const untilMs = performance.now();
    if (this.#held.size > 0) await Promise.all([...this.#held.values()].map(({ over }) => over));
    await Promise.all([this.#adoptUntil(untilMs), this.adopt.threads()]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  #arm(): void {
    if (this.#timer || this.#closed) return;
    const [oldestMs] = this.#messages.values();
    if (oldestMs === undefined) return;
    const delayMs = Math.max(TICK_MS, oldestMs + this.#waitMs() - performance.now());
    this.#timer = setTimeout(() => void this.#fire(), delayMs);
  }

  #waitMs(): number {
    return performance.now() - this.#claimedAtMs < EXPECTED_MS ? CLAIMED_WAIT_MS : WAIT_MS;
  }

  async #fire(): Promise<void> {
    await this.#adoptUntil(performance.now() - this.#waitMs()).catch(error => this.adopt.failed(error));
    this.#timer = null;
    this.#arm();
  }

  async #adoptUntil(untilMs: number): Promise<void> {
    for (;;) {
      if (this.#running) {
        await this.#running;
        continue;
      }
      const batch = this.#takeUntil(untilMs);
      if (batch.length === 0) return;
      this.#running = this.adopt.messages(batch).finally(() => {
        this.#running = null;
      });
    }
  }

  #takeUntil(untilMs: number): ObjectId[] {
    const batch: ObjectId[] = [];
    for (const [id, notedMs] of this.#messages) {
      if (notedMs > untilMs || batch.length >= BATCH) break;
      if (this.#held.has(id)) continue;
      this.#messages.delete(id);
      batch.push(bodyId('id', id));
    }
    return batch;
  }
}
