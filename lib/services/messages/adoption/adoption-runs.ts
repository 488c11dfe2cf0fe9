import { atMost } from '../../../kernel/at-most';
import { systemClock } from '../../../kernel/clock';
import { LruMap } from '../../../kernel/lru-map';
import type { ObjectId } from '../../../store/documents';
import { bodyId } from '../../../store/ids';

/** A driver's transaction that wrote a message holds up whoever takes it up until it ends: that is not to be all others. */
const PATIENCE_MS = 250;
/** Who wants all taken up waits so long for a batch: longer than one takes beside a member that does not answer. */
const WAITED_FOR_MS = 1_000;
/** Each holds a connection of those that all have together. */
const MOST_STUCK = 5;
/** Begun out of turn at once; these too hold one each. */
const MOST_ASIDE = 5;
/** What failed is taken up by the sweep, which comes by each second; until then it is known to come first in its thread. */
const FAILED_KEPT_MS = 10_000;
/** A few batches; of more, those of now are the ones to know. */
const MOST_FAILED = 1_000;

export interface RunActs {
  messages(ids: ObjectId[]): Promise<void>;
  failed(error: unknown): void;
}

interface Run {
  adopting: Promise<void>;
  startedMs: number;
}

/** Batches of raw messages that are taken up: one after the other, but for those that are stuck. */
export class AdoptionRuns {
  /** Being taken up now, by id. */
  readonly #adopting = new Map<string, Run>();
  readonly #waitedFor = new Set<Promise<void>>();
  /** Could not be taken up, and when. */
  readonly #failed = new LruMap<string, number>(MOST_FAILED);
  /** Out of turn. They never reject. */
  readonly #aside = new Set<Promise<void>>();
  #running: Promise<void> | null = null;
  #stuck = 0;

  constructor(
    private readonly adopt: RunActs,
    private readonly ended: () => void,
  ) {}

  /** The next batch waits for it. */
  get running(): Promise<void> | null {
    return this.#running;
  }

  /** Those that are waited for: resolves also when it is stuck, for then it is as if it had not been written yet. */
  get waitedFor(): Promise<void>[] {
    return [...this.#waitedFor];
  }

  /** Not taken up yet, as far as is known here. */
  has(id: string): boolean {
    const failedMs = this.#failed.get(id) ?? Number.NEGATIVE_INFINITY;
    return this.#adopting.has(id) || performance.now() - failedMs < FAILED_KEPT_MS;
  }

  forget(id: string): void {
    this.#failed.delete(id);
  }

  start(batch: string[]): void {
    const running = this.#patiently(this.#begin(batch)).finally(() => {
      this.#running = null;
    });
    running.catch(() => undefined);
    this.#running = running;
  }

  /**
   * Takes these up out of turn, which is for few; each once at a time, whoever asks. Resolves when they are taken up, and
   * at once for one that is stuck. `begun` is told which were not under way yet.
   */
  async startAside(ids: string[], begun: (fresh: string[]) => void): Promise<void> {
    while (this.#aside.size >= MOST_ASIDE && this.#idle(ids).length > 0) await Promise.race(this.#aside);
    const fresh = this.#idle(ids);
    if (fresh.length > 0) {
      begun(fresh);
      const over = this.#begin(fresh)
        .catch(() => undefined)
        .finally(() => this.#aside.delete(over));
      this.#aside.add(over);
    }
    await Promise.all(ids.map(id => this.#young(id)));
  }

  #idle(ids: string[]): string[] {
    return ids.filter(id => !this.#adopting.has(id));
  }

  #young(id: string): Promise<void> | null {
    const run = this.#adopting.get(id);
    return run && performance.now() - run.startedMs < PATIENCE_MS ? run.adopting : null;
  }

  #begin(batch: string[]): Promise<void> {
    const adopting = this.adopt
      .messages(batch.map(id => bodyId('id', id)))
      .catch(error => {
        for (const id of batch) this.#failed.set(id, performance.now());
        throw error;
      })
      .finally(() => {
        for (const id of batch) this.#adopting.delete(id);
        this.ended();
      });
    for (const id of batch) this.#adopting.set(id, { adopting, startedMs: performance.now() });
    const waited = atMost(WAITED_FOR_MS, adopting, systemClock).finally(() => this.#waitedFor.delete(waited));
    waited.catch(() => undefined);
    this.#waitedFor.add(waited);
    return adopting;
  }

  /** Settles with it; resolves earlier when it is stuck. */
  async #patiently(adopting: Promise<void>): Promise<void> {
    if (this.#stuck >= MOST_STUCK) return adopting;
    let isOver = false;
    let isStuck = false;
    const over = adopting
      .finally(() => {
        isOver = true;
        if (isStuck) this.#stuck -= 1;
      })
      .catch(error => {
        if (!isStuck) throw error;
        this.adopt.failed(error);
      });
    await atMost(PATIENCE_MS, over, systemClock);
    isStuck = !isOver;
    if (isStuck) this.#stuck += 1;
  }
}
