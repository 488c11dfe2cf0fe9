import type { StreamPoint } from '../wire/position';
import type { EventRing } from './ring';

interface Waiting {
  point: StreamPoint;
  pass: () => void;
}

/**
 * After a start the latest history is read into the ring, step by step further back. Readers that need it wait here:
 * until the ring has theirs, or no more of it comes and they read their own. As many as there are streams at most.
 */
export class HistoryGate {
  readonly #waiting = new Set<Waiting>();
  #isOpen = false;

  constructor(private readonly ring: EventRing) {}

  /** Resolves when the ring covers `point`, or the gate is open. */
  passes(point: StreamPoint): Promise<void> {
    if (this.#isOpen || this.ring.covers(point)) return Promise.resolve();
    return new Promise(pass => this.#waiting.add({ point, pass }));
  }

  /** The ring reaches further back now. */
  reached(): void {
    for (const waiting of this.#waiting) if (this.ring.covers(waiting.point)) this.#let(waiting);
  }

  /** For good: nobody waits from here on. */
  open(): void {
    this.#isOpen = true;
    for (const waiting of this.#waiting) this.#let(waiting);
  }

  #let(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    waiting.pass();
  }
}
