import { LruMap } from '../../kernel/lru-map';

/** Enough for the work that can be due at once; an older one has its hop unknown, not wrong. */
const REMEMBERED = 20_000;

/** When this process put a work item's first event on the wire: written into the ledger with the claim. */
export class StreamedTimes {
  readonly #times = new LruMap<string, number>(REMEMBERED);

  note(id: string, atMs: number): void {
    if (!this.#times.has(id)) this.#times.set(id, atMs);
  }

  get(id: string): Date | null {
    const atMs = this.#times.get(id);
    return atMs === undefined ? null : new Date(atMs);
  }
}
