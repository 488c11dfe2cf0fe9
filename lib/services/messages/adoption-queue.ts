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
 * While claims come, as those do that heard an event. A machine that falls behind would else take up what their claims
 * are about to, which is more to write and to read for each just when there is no time for it (seen: where claims came 2 s
 * late, six of ten messages had been taken up before, and each cost three reads more). So it is the longer the later they
 * come, and never so long that a person would ask what became of a message nobody claims.
 */
const CLAIMED_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5_000;
const WAITS_PER_LATENESS = 2;
/** A late claim is forgotten within a few dozen that are not. */
const LATENESS_KEPT = 0.9;
/** So long after a claim the next is expected. */
const EXPECTED_MS = 1_000;
/** A timer that is later than this, or finds it held each time, is not waited for. */
const LATE_MS = 1_000;
/** Who wants all taken up waits for so many claims of the same in turn. */
const CLAIMS_WAITED_FOR = 2;
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

/** Kept for a claim by rank. */
export interface Lent {
  /** The claim it was dealt to is over. */
  back(tookUp: boolean): void;
  /** It was dealt to none. */
  keep(): void;
}

export class AdoptionQueue {
  /** What the stream showed, and when; oldest first. What a claim holds keeps its place. */
  readonly #messages = new Map<string, number>();
  /** Whether the claim under way took it up. Never rejects. */
  readonly #held = new Map<string, Promise<boolean>>();
  /** Being taken up now. */
  #adopting: ReadonlySet<string> = new Set();
  #running: Promise<void> | null = null;
  #turns = 0;
  #claimedAtMs = Number.NEGATIVE_INFINITY;
  /** How long after its event what is claimed now was claimed. */
  #latenessMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(private readonly adopt: AdoptionActs) {}

  /** The stream showed it; it may be raw. */
  note(kind: 'message' | 'task', id: string): void {
    if (this.#closed || this.#messages.size >= MOST) return;
    if (kind === 'task') {
      this.adopt.task(bodyId('id', id)).catch(error => this.adopt.failed(error));
      return;
    }
    if (!this.#messages.has(id)) this.#messages.set(id, performance.now());
    this.#arm();
  }

  /**
   * Kept out of adoption while a claim may take it up, and there again when `tookUp` says that it did not. Null: another
   * claim was under way and took it.
   */
  async hold<T>(id: string, claim: () => Promise<T>, tookUp: (result: T) => boolean): Promise<T | null> {
    for (let held = this.#held.get(id); held; held = this.#held.get(id)) if (await held) return null;
    const claiming = claim();
    const over = claiming.then(tookUp, () => false);
    this.#held.set(id, over);
    void over.then(isTaken => this.#over(id, isTaken));
    return claiming;
  }

  /** Shown, and not taken up yet as far as is known here. */
  has(id: string): boolean {
    return this.#messages.has(id) || this.#adopting.has(id);
  }

  /** Its turn is still to come: whoever else takes up what was left lying leaves it to this queue. */
  keeps(id: string): boolean {
    const notedMs = this.#messages.get(id);
    return notedMs !== undefined && performance.now() - notedMs < this.#waitMs() + LATE_MS;
  }

  /** Taken up, by whomever. */
  forget(id: string): void {
    this.#messages.delete(id);
  }

  /** What waits and no claim holds, oldest first. */
  waiting(): string[] {
    return [...this.#messages.keys()].filter(id => !this.#held.has(id));
  }

  /** Null: another claim holds it, or it does not wait any more. */
  lend(id: string): Lent | null {
    if (!this.#messages.has(id) || this.#held.has(id)) return null;
    const { promise, resolve } = deferred<boolean>();
    this.#held.set(id, promise);
    const back = (tookUp: boolean) => {
      this.#over(id, tookUp);
      resolve(tookUp);
    };
    const keep = () => {
      this.#held.delete(id);
      resolve(false);
    };
    return { back, keep };
  }

  /** Grows whenever something can be found that could not before: it was taken up, or a claim left it. */
  get turns(): number {
    return this.#turns;
  }

  /** Resolves when what is taken up or held now is not any more. Null: nothing is. */
  settled(): Promise<unknown> | null {
    const held = this.#heldUntil(Number.POSITIVE_INFINITY);
    if (held.length === 0 && this.#running === null) return null;
    return Promise.all([...held, this.#running?.catch(() => undefined)]);
  }

  /**
   * What the stream showed before this call is taken up when it resolves. Costs nothing when nothing waits. What claims
   * hold is theirs, and taken up when they leave it; of one after the other that leaves it again, not for ever.
   */
  async flush(): Promise<void> {
    const untilMs = performance.now();
    for (let round = 1; round === 1 || this.#isAnyFrom(untilMs); round += 1) {
      const adopting = this.#adoptUntil(untilMs, round > CLAIMS_WAITED_FOR);
      await Promise.all([adopting, this.adopt.threads(), ...this.#heldUntil(untilMs)]);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  #over(id: string, isTaken: boolean): void {
    this.#held.delete(id);
    if (!isTaken) {
      this.#turns += 1;
      return;
    }
    this.#claimedAtMs = performance.now();
    const latenessMs = this.#claimedAtMs - (this.#messages.get(id) ?? this.#claimedAtMs);
    this.#latenessMs = Math.max(latenessMs, this.#latenessMs * LATENESS_KEPT);
    this.#messages.delete(id);
  }

  /** Claims under way of what was shown by then. */
  #heldUntil(untilMs: number): Promise<boolean>[] {
    return [...this.#held].flatMap(([id, over]) => {
      const notedMs = this.#messages.get(id);
      return notedMs !== undefined && notedMs <= untilMs ? [over] : [];
    });
  }

  #isAnyFrom(untilMs: number): boolean {
    const [oldestMs = Number.POSITIVE_INFINITY] = this.#messages.values();
    return oldestMs <= untilMs && !this.#closed;
  }

  #arm(): void {
    if (this.#timer || this.#closed) return;
    const [oldestMs] = this.#messages.values();
    if (oldestMs === undefined) return;
    const delayMs = Math.max(TICK_MS, oldestMs + this.#waitMs() - performance.now());
    this.#timer = setTimeout(() => void this.#fire(), delayMs);
  }

  #waitMs(): number {
    if (performance.now() - this.#claimedAtMs >= EXPECTED_MS) return WAIT_MS;
    return Math.min(LONGEST_WAIT_MS, Math.max(CLAIMED_WAIT_MS, this.#latenessMs * WAITS_PER_LATENESS));
  }

  async #fire(): Promise<void> {
    await this.#adoptUntil(performance.now() - this.#waitMs()).catch(error => this.adopt.failed(error));
    this.#timer = null;
    this.#arm();
  }

  /** `alsoHeld`: under the hands of a claim, which then finds it due. */
  async #adoptUntil(untilMs: number, alsoHeld = false): Promise<void> {
    for (;;) {
      if (this.#running) {
        await this.#running;
        continue;
      }
      const batch = this.#takeUntil(untilMs, alsoHeld);
      if (batch.length === 0) return;
      this.#adopting = new Set(batch);
      this.#running = this.adopt.messages(batch.map(id => bodyId('id', id))).finally(() => {
        this.#running = null;
        this.#adopting = new Set();
        this.#turns += 1;
      });
    }
  }

  #takeUntil(untilMs: number, alsoHeld: boolean): string[] {
    const batch: string[] = [];
    for (const [id, notedMs] of this.#messages) {
      if (notedMs > untilMs || batch.length >= BATCH) break;
      if (this.#held.has(id) && !alsoHeld) continue;
      this.#messages.delete(id);
      batch.push(id);
    }
    return batch;
  }
}
