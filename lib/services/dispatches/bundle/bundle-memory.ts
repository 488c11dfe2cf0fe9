import { deferred, type Deferred } from '../../../kernel/deferred';
import { NoRoom } from './reading-room';

/**
 * Answers under way, in characters (`charactersOf`). In memory each stands up to six times over, as what was read, as
 * prompt and as JSON: forty claims of the longest threads there are took 4 GB before there was a bound.
 */
const MOST_HELD = 128_000_000;
/**
 * Claims that read at once: how long it is, nobody knows before, so these come on top of it. Two cores read no faster
 * by more; a short thread takes a millisecond or two.
 */
const MOST_READING = 5;
/** What is won meanwhile has its lease to lose; in its stead others may claim it. */
const PATIENCE_MS = 3_000;

/** What one claim has in memory, from its reading to its answer. */
export class BundleShare {
  #phase: 'idle' | 'reading' | 'read' | 'over' = 'idle';
  #held = 0;

  constructor(private readonly memory: BundleMemory) {}

  /** Before anything long is read. Throws `NoRoom` where others had all there is for too long. */
  async enter(): Promise<void> {
    await this.memory.admit();
    if (this.#phase === 'over') this.memory.left({ held: 0, wasReading: true });
    else this.#phase = 'reading';
  }

  took(characters: number): void {
    if (this.#phase === 'over') return;
    this.#held += characters;
    this.memory.took(characters);
  }

  /** All that it reads is read, and counted. */
  read(): void {
    if (this.#phase !== 'reading') return;
    this.#phase = 'read';
    this.memory.left({ held: 0, wasReading: true });
  }

  /** It is answered. */
  end(): void {
    if (this.#phase === 'over') return;
    const wasReading = this.#phase === 'reading';
    this.#phase = 'over';
    this.memory.left({ held: this.#held, wasReading });
  }
}

/** Bounds what the claims of one process hold in memory together; each of them has a bound of its own (`ReadingRoom`). */
export class BundleMemory {
  #held = 0;
  #reading = 0;
  readonly #waiting = new Set<Deferred<void>>();

  constructor(private readonly patienceMs = PATIENCE_MS) {}

  share(): BundleShare {
    return new BundleShare(this);
  }

  /** In the order they came. Bounded by the claims that wait in it. */
  async admit(): Promise<void> {
    if (this.#waiting.size === 0 && this.#hasRoom()) {
      this.#reading += 1;
      return;
    }
    const turn = deferred<void>();
    this.#waiting.add(turn);
    const timer = setTimeout(() => {
      if (this.#waiting.delete(turn)) turn.reject(new NoRoom());
    }, this.patienceMs);
    await turn.promise.finally(() => clearTimeout(timer));
  }

  took(characters: number): void {
    this.#held += characters;
  }

  left({ held, wasReading }: { held: number; wasReading: boolean }): void {
    this.#held -= held;
    if (wasReading) this.#reading -= 1;
    for (const turn of this.#waiting) {
      if (!this.#hasRoom()) return;
      this.#waiting.delete(turn);
      this.#reading += 1;
      turn.resolve();
    }
  }

  #hasRoom(): boolean {
    return this.#reading < MOST_READING && this.#held < MOST_HELD;
  }
}
