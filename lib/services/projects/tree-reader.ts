import type { Plane } from '../context';

const AGAIN_MS = 1_000;

/**
 * Reads the tree again for what the stream shows. Where it cannot be read it is tried again: a process that only
 * streams has nobody else to ask for it, and its filters would go by the old one.
 */
export class TreeReader {
  readonly #stopping = new AbortController();
  #isWaiting = false;

  constructor(private readonly plane: Pick<Plane, 'projects' | 'clock'>) {}

  /** Resolves after the first try; never rejects. */
  async read(): Promise<void> {
    try {
      await this.plane.projects.refresh();
    } catch {
      void this.#readLater();
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #readLater(): Promise<void> {
    const { signal } = this.#stopping;
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    await this.plane.clock.sleep(AGAIN_MS, signal);
    this.#isWaiting = false;
    if (!signal.aborted) await this.read();
  }
}
