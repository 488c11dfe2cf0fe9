import { atMost } from '../../../kernel/at-most';
import { systemClock } from '../../../kernel/clock';
import type { ObjectId } from '../../../store/documents';
import { bodyId } from '../../../store/ids';
import { AdoptionRuns, type RunActs } from './adoption-runs';
import { ClaimHolds, type HoldOver, type Lent } from './claim-holds';
import { ClaimLateness } from './claim-lateness';

/** A timer that is later than this, or finds it held each time, is not waited for. */
const LATE_MS = 1_000;
/** Who wants all taken up waits no longer: enough for a flood, and for a set that lost its primary. */
const FLUSHED_WITHIN_MS = 5_000;
/** Who wants all taken up waits for so many claims of the same in turn. */
const CLAIMS_WAITED_FOR = 2;
/** Those of one tick go together, in few enough writes that events behind theirs are not held up. */
const TICK_MS = 40;
/** More than these at once go in the next round. */
const BATCH = 200;
/** Past this many the rest is left to the sweep. */
const MOST = 50_000;

/** What the queue does with what waits; given to it, for the plane that does it holds the queue. */
export interface AdoptionActs extends RunActs {
  task(id: ObjectId): Promise<unknown>;
  /** Opens what claims took up without waiting for it. */
  threads(): Promise<void>;
}

/**
 * Takes up raw messages that the stream showed. A claim takes one up in its own writes, and adopting it beside them would
 * double those; so each waits by itself for a while: a timer that took along those that had just come adopted a tenth of
 * all under the claims' hands (measured, 200 a second). Reads do not wait: they flush the queue first. Claims by rank are
 * lent what waits.
 */
export class AdoptionQueue {
  /** What the stream showed, and when; oldest first. What a claim holds keeps its place. */
  readonly #messages = new Map<string, number>();
  readonly #holds = new ClaimHolds((id, how) => this.#over(id, how));
  readonly #runs: AdoptionRuns;
  readonly #lateness = new ClaimLateness();
  #turns = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(private readonly adopt: AdoptionActs) {
    this.#runs = new AdoptionRuns(adopt, () => (this.#turns += 1));
  }

  /** The stream showed it; it may be raw. */
  note(kind: 'message' | 'task', id: string): void {
    if (this.#closed || this.#messages.size >= MOST) return;
    if (kind === 'task') {
      this.adopt.task(bodyId('id', id)).catch(error => this.adopt.failed(error));
      return;
    }
    if (!this.#messages.has(id)) {
      const nowMs = performance.now();
      this.#messages.set(id, nowMs);
      this.#lateness.noted(id, nowMs);
    }
    this.#arm();
  }

  /**
   * Kept out of adoption while a claim may take it up, and there again when `tookUp` says that it did not. Null: another
   * claim was under way and took it.
   */
  hold<T>(id: string, claim: () => Promise<T>, tookUp: (result: T) => boolean): Promise<T | null> {
    return this.#holds.hold(id, claim, tookUp);
  }

  /** Shown, and not taken up yet as far as is known here. */
  has(id: string): boolean {
    return this.#messages.has(id) || this.#runs.has(id);
  }

  /** Its turn is still to come: whoever else takes up what was left lying leaves it to this queue. */
  keeps(id: string): boolean {
    const notedMs = this.#messages.get(id);
    return notedMs !== undefined && performance.now() - notedMs < this.#lateness.waitMs + LATE_MS;
  }

  /** Taken up, by whomever. */
  forget(id: string): void {
    this.#messages.delete(id);
    this.#runs.forget(id);
  }

  /**
   * Takes these up now, whoever holds them. What is being taken up already is waited for, but not what is stuck in that.
   */
  takeUp(ids: string[]): Promise<void> {
    return this.#runs.startAside(ids, fresh => fresh.forEach(id => this.#messages.delete(id)));
  }

  /** What waits and no claim holds, oldest first. */
  waiting(): string[] {
    return [...this.#messages.keys()].filter(id => !this.#holds.isMissing(id));
  }

  /** Null: another claim holds it, or it does not wait any more. */
  lend(id: string): Lent | null {
    return this.#holds.isMissing(id) || !this.#messages.has(id) ? null : this.#holds.lend(id);
  }

  /** Grows whenever something can be found that could not before: it was taken up, or a claim left it. */
  get turns(): number {
    return this.#turns;
  }

  /** Resolves when what is taken up or held now is not any more. Null: nothing is. */
  settled(): Promise<unknown> | null {
    const under = [...this.#heldUntil(Number.POSITIVE_INFINITY), ...this.#runs.waitedFor];
    return under.length === 0 ? null : Promise.allSettled(under);
  }

  /**
   * What the stream showed before this call is taken up when it resolves. Costs nothing when nothing waits. What claims
   * hold is theirs, and taken up when they leave it; of one after the other that leaves it again, not for ever. Nor is
   * what is stuck waited for.
   */
  flush(): Promise<void> {
    const flushing = this.#flushUntil(performance.now());
    const isIdle = this.#messages.size + this.#holds.size + this.#runs.waitedFor.length === 0;
    return isIdle ? flushing : atMost(FLUSHED_WITHIN_MS, flushing, systemClock);
  }

  async #flushUntil(untilMs: number): Promise<void> {
    for (let round = 1; round === 1 || this.#isAnyFrom(untilMs); round += 1) {
      const adopting = this.#adoptUntil(untilMs, round > CLAIMS_WAITED_FOR);
      await Promise.all([adopting, this.adopt.threads(), ...this.#heldUntil(untilMs)]);
    }
    await Promise.all(this.#runs.waitedFor);
  }

  /** What is left is taken up by another process, or by the sweep of the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await Promise.allSettled(this.#runs.waitedFor);
  }

  #over(id: string, { isTaken, isMissed }: HoldOver): void {
    if (isTaken) {
      this.#lateness.claimed(id);
      this.#messages.delete(id);
    } else {
      this.#lateness.leftOut(id);
    }
    if (isMissed) this.#turns += 1;
  }

  /** Claims under way of what was shown by then. */
  #heldUntil(untilMs: number): Promise<boolean>[] {
    return this.#holds.of(id => {
      const notedMs = this.#messages.get(id);
      return notedMs !== undefined && notedMs <= untilMs;
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
    const delayMs = Math.max(TICK_MS, oldestMs + this.#lateness.waitMs - performance.now());
    this.#timer = setTimeout(() => void this.#fire(), delayMs);
  }

  async #fire(): Promise<void> {
    await this.#adoptUntil(performance.now() - this.#lateness.waitMs).catch(error => this.adopt.failed(error));
    this.#timer = null;
    this.#arm();
  }

  /** `alsoHeld`: under the hands of a claim, which then finds it due. */
  async #adoptUntil(untilMs: number, alsoHeld = false): Promise<void> {
    for (;;) {
      if (this.#runs.running) {
        await this.#runs.running;
        continue;
      }
      const batch = this.#takeUntil(untilMs, alsoHeld);
      if (batch.length === 0) return;
      this.#runs.start(batch);
    }
  }

  #takeUntil(untilMs: number, alsoHeld: boolean): string[] {
    const batch: string[] = [];
    if (this.#closed) return batch;
    for (const [id, notedMs] of this.#messages) {
      if (notedMs > untilMs || batch.length >= BATCH) break;
      if (this.#holds.has(id) && !alsoHeld) continue;
      this.#messages.delete(id);
      batch.push(id);
    }
    return batch;
  }
}
