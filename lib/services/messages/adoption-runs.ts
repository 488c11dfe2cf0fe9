import { atMost } from '../../kernel/at-most';
import { systemClock } from '../../kernel/clock';
import { LruMap } from '../../kernel/lru-map';
import type { ObjectId } from '../../store/documents';
import { bodyId } from '../../store/ids';

/** A driver's transaction that wrote a message holds up whoever takes it up until it ends: that is not to be all others. */
const PATIENCE_MS = 250;
/** Who wants all taken up waits so long for a batch: longer than one takes beside a member that does not answer. */
const WAITED_FOR_MS = 1_000;
/** Each holds a connection of those that all have together. */
const MOST_STUCK = 5;
/** What failed is taken up by the sweep, which comes by each second; until then it is known to come first in its thread. */
const FAILED_KEPT_MS = 10_000;
/** A few batches; of more, those of now are the ones to know. */
const MOST_FAILED = 1_000;

export interface RunActs {
  messages(ids: ObjectId[]): Promise<void>;
  failed(error: unknown): void;
}

/** Batches of raw messages that are taken up: one after the other, but for those that are stuck. */
export class AdoptionRuns {
  /** Being taken up now, by id. */
  readonly #adopting = new Map<string, Promise<void>>();
  readonly #waitedFor = new Set<Promise<void>>();
  /** Could not be taken up, and when. */
  readonly #failed = new LruMap<string, number>(MOST_FAILED);
  #running: Promise<void> | null = null;
  #underWay = 0;

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

  /** Null: it is not being taken up. */
  of(id: string): Promise<void> | null {
    return this.#adopting.get(id) ?? null;
  }

  get hasRoom(): boolean {
    return this.#underWay < MOST_STUCK;
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
    const adopting = this.#adoptAll(batch);
    const waited = atMost(WAITED_FOR_MS, adopting, systemClock).finally(() => this.#waitedFor.delete(waited));
    waited.catch(() => undefined);
    this.#waitedFor.add(waited);
    const running = this.#patiently(adopting).finally(() => {
      if (this.#running === running) this.#running = null;
    });
    running.catch(() => undefined);
    this.#running = running;
  }

  #adoptAll(batch: string[]): Promise<void> {
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
    for (const id of batch) this.#adopting.set(id, adopting);
    return adopting;
  }

  /** Settles with it; resolves earlier when it is stuck. */
  async #patiently(adopting: Promise<void>): Promise<void> {
    if (!this.hasRoom) return adopting;
    this.#underWay += 1;
    let isStuck = false;
    const over = adopting
      .finally(() => (this.#underWay -= 1))
      .catch(error => {
        if (!isStuck) throw error;
        this.adopt.failed(error);
      });
    await atMost(PATIENCE_MS, over, systemClock);
    isStuck = true;
  }
}
